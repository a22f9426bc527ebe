package xml

import (
	"github.com/golsf/golsf/runtime/format"
)

// Elements reads the elements below one element of a document, one at a time,
// for formats that are made of XML. It is for one goroutine.
type Elements struct {
	p      parser
	parent format.Node
	done   bool
}

// NewElements goes to the first element that path leads to by local names, the
// root's first. A path that leads nowhere has no elements.
func NewElements(text string, path ...string) (*Elements, error) {
	e := &Elements{p: parser{text: text, depth: format.DefaultDepth}}
	if err := e.p.prolog(); err != nil {
		return nil, err
	}
	scope := (*format.Scope)(nil)
	for i, name := range path {
		found, err := e.enter(name, scope, i == 0)
		if err != nil {
			return nil, err
		}
		if !found {
			e.done = true
			return e, nil
		}
		scope = e.parent.Scope
	}
	return e, nil
}

// enter reads up to the content of the next element of that name.
func (e *Elements) enter(name string, scope *format.Scope, root bool) (bool, error) {
	var none format.Node
	for {
		if !root {
			end, err := e.p.content(&none)
			if end || err != nil {
				return false, err
			}
		}
		start := e.p.pos
		n := format.Node{}
		empty, err := e.p.startTag(&n, scope)
		if err != nil {
			return false, err
		}
		if localName(n.Name) == name {
			e.parent, e.done = n, empty
			return !empty, nil
		}
		if root {
			return false, nil
		}
		e.p.pos = start
		if err := e.p.element(&none, scope); err != nil {
			return false, err
		}
		none.Items = none.Items[:0]
	}
}

// Next reads an element; it is nil behind the last one. What follows the parent
// in the document is not looked at.
func (e *Elements) Next() (*format.Node, error) {
	if e.done {
		return nil, nil
	}
	e.parent.Items = e.parent.Items[:0]
	end, err := e.p.content(&e.parent)
	if end || err != nil {
		e.done = true
		return nil, err
	}
	n := &format.Node{}
	return n, e.p.element(n, e.parent.Scope)
}

// Attribute is the text of an attribute by its local name.
func Attribute(n *format.Node, name string) (text string, ok bool) {
	for i := range n.Items {
		if a := &n.Items[i]; a.Attr && localName(a.Name) == name {
			return a.Text, true
		}
	}
	return "", false
}

// Child is the first element in n with that local name, nil for none.
func Child(n *format.Node, name string) *format.Node {
	for i := range n.Items {
		if c := &n.Items[i]; IsElement(c) && localName(c.Name) == name {
			return c
		}
	}
	return nil
}

// IsElement is true of elements, as opposed to attributes and text.
func IsElement(n *format.Node) bool { return n.Kind == format.Group && !n.Attr }

// LocalName is the name of an element or attribute without its prefix.
func LocalName(n *format.Node) string { return localName(n.Name) }

// OwnText is the character data directly in an element.
func OwnText(n *format.Node) string { return ownText(n) }
