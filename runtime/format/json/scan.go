// Package json reads JSON leniently and writes it as IMPORT, EXPORT and the
// operators JSON and JSONTEXT define it.
//
// What is accepted beyond the standard: keys and strings without quotes or in
// single quotes, ; between members, a comma after the last one, true, false and
// null in any case. Text after the document is an error, as are equal keys in
// one object. Sources: Structured_view.md, product decisions 36, 40 and 70.
package json

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// scanner reads a text from the left. Its methods leave pos behind what they read.
type scanner struct {
	text  string
	pos   int
	depth int // nesting still allowed
}

func (s *scanner) fail(at int, message string) error {
	line, column := format.Place(s.text, at)
	return value.Errorf(format.CodeSyntax, "%s at line %d, character %d of the JSON text", message, line, column)
}

// clean skips blanks and control characters and gives the next byte without
// taking it, 0 at the end.
func (s *scanner) clean() byte {
	for s.pos < len(s.text) {
		if c := s.text[s.pos]; c > ' ' {
			return c
		}
		s.pos++
	}
	return 0
}

// token is a scalar, or an object or array as its text.
type token struct {
	kind format.NodeKind // Text, Number, Bool, Absent, Group, List
	text string
}

// endsWord is true of the bytes that end a text without quotes.
func endsWord(c byte) bool {
	switch c {
	case ',', ':', ']', '}', '/', '\\', '"', '[', '{', ';', '=', '#':
		return true
	}
	return c < ' '
}

// word reads a text without quotes.
func (s *scanner) word() (string, error) {
	start := s.pos
	for s.pos < len(s.text) && !endsWord(s.text[s.pos]) {
		s.pos++
	}
	w := strings.TrimRight(s.text[start:s.pos], " ")
	if w == "" {
		return "", s.fail(s.pos, "a value is missing")
	}
	return w, nil
}

// scalar reads a value that is no object or array.
func (s *scanner) scalar(first byte) (token, error) {
	if first == '"' || first == '\'' {
		text, err := s.quoted(first)
		return token{format.Text, text}, err
	}
	w, err := s.word()
	if err != nil {
		return token{}, err
	}
	return classify(w), nil
}

// classify tells what a text without quotes is.
func classify(w string) token {
	switch c := w[0]; {
	case c == '-' || c >= '0' && c <= '9':
		if n, ok := numberText(w); ok {
			return token{format.Number, n}
		}
	case len(w) == 4 && strings.EqualFold(w, "true"):
		return token{format.Bool, "true"}
	case len(w) == 5 && strings.EqualFold(w, "false"):
		return token{format.Bool, "false"}
	case len(w) == 4 && strings.EqualFold(w, "null"):
		return token{format.Absent, "null"}
	}
	return token{format.Text, w}
}

// quoted reads a string whose quote is at pos.
func (s *scanner) quoted(quote byte) (string, error) {
	start := s.pos + 1
	for i := start; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == quote:
			s.pos = i + 1
			return s.text[start:i], nil
		case c == '\\':
			return s.escaped(quote, start, i)
		case c == '\n' || c == '\r' || c == 0:
			return "", s.fail(i, "a string has no end")
		}
	}
	return "", s.fail(len(s.text), "a string has no end")
}

func (s *scanner) escaped(quote byte, start, i int) (string, error) {
	out := append(make([]byte, 0, i-start+32), s.text[start:i]...)
	for i < len(s.text) {
		c := s.text[i]
		i++
		switch {
		case c == quote:
			s.pos = i
			return string(out), nil
		case c == '\n' || c == '\r' || c == 0:
			return "", s.fail(i-1, "a string has no end")
		case c != '\\':
			out = append(out, c)
			continue
		}
		if i == len(s.text) {
			break
		}
		c = s.text[i]
		i++
		switch c {
		case 'b':
			out = append(out, '\b')
		case 't':
			out = append(out, '\t')
		case 'n':
			out = append(out, '\n')
		case 'f':
			out = append(out, '\f')
		case 'r':
			out = append(out, '\r')
		case '"', '\'', '\\', '/':
			out = append(out, c)
		case 'u':
			r, ok := hex4(s.text, i)
			if !ok {
				return "", s.fail(i-2, "\\u needs four hexadecimal digits")
			}
			i += 4
			if utf16.IsSurrogate(r) {
				if low, ok := hex4(s.text, i+2); ok && s.text[i:i+2] == "\\u" && utf16.DecodeRune(r, low) != utf8.RuneError {
					r = utf16.DecodeRune(r, low)
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			return "", s.fail(i-2, "an unknown escape")
		}
	}
	return "", s.fail(len(s.text), "a string has no end")
}

func hex4(s string, at int) (rune, bool) {
	if at+4 > len(s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[at : at+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// key reads a key and the colon behind it.
func (s *scanner) key(first byte) (string, error) {
	t, err := s.scalar(first)
	if err != nil {
		return "", err
	}
	if s.clean() != ':' {
		return "", s.fail(s.pos, "a ':' is expected after a key")
	}
	s.pos++
	return t.text, nil
}

// enter and leave count the nesting; enter takes the opening bracket.
func (s *scanner) enter() error {
	if s.depth--; s.depth < 0 {
		return value.Errorf(format.CodeLimit, "the JSON text is nested deeper than the limit allows")
	}
	s.pos++
	return nil
}

func (s *scanner) leave() { s.depth++ }

// afterMember reads what follows a member of an object and reports whether the
// object ends.
func (s *scanner) afterMember() (end bool, err error) {
	switch s.clean() {
	case '}':
		s.pos++
		return true, nil
	case ',', ';':
		s.pos++
		switch s.clean() {
		case '}':
			s.pos++
			return true, nil
		case 0:
			return false, s.fail(s.pos, "a '}' is missing")
		}
		return false, nil
	}
	return false, s.fail(s.pos, "a ',' or '}' is expected")
}

// afterItem is afterMember for arrays.
func (s *scanner) afterItem() (end bool, err error) {
	switch s.clean() {
	case ']':
		s.pos++
		return true, nil
	case ',':
		s.pos++
		switch s.clean() {
		case ']':
			s.pos++
			return true, nil
		case 0:
			return false, s.fail(s.pos, "a ',' or ']' is expected")
		}
		return false, nil
	}
	return false, s.fail(s.pos, "a ',' or ']' is expected")
}

// end checks that nothing follows the document.
func (s *scanner) end() error {
	if s.clean(); s.pos < len(s.text) {
		return s.fail(s.pos, "text follows the document")
	}
	return nil
}

// keySet finds equal keys of one object.
type keySet struct {
	list []string
	many map[string]bool
}

func (k *keySet) reset() {
	k.list = k.list[:0]
	if k.many != nil {
		k.many = nil
	}
}

// add reports whether the key is new.
func (k *keySet) add(key string) bool {
	if k.many != nil {
		if k.many[key] {
			return false
		}
		k.many[key] = true
		return true
	}
	for _, other := range k.list {
		if other == key {
			return false
		}
	}
	k.list = append(k.list, key)
	if len(k.list) > 16 {
		k.many = make(map[string]bool, 64)
		for _, other := range k.list {
			k.many[other] = true
		}
	}
	return true
}

// node reads a value as a tree.
func (s *scanner) node(n *format.Node) error {
	switch c := s.clean(); c {
	case '{':
		return s.object(n)
	case '[':
		return s.array(n)
	default:
		t, err := s.scalar(c)
		n.Kind, n.Text = t.kind, t.text
		return err
	}
}

func (s *scanner) object(n *format.Node) error {
	n.Kind = format.Group
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	var keys keySet
	c := s.clean()
	if c == '}' {
		s.pos++
		return nil
	}
	for {
		if c == 0 {
			return s.fail(s.pos, "a '}' is missing")
		}
		at := s.pos
		key, err := s.key(c)
		if err != nil {
			return err
		}
		if !keys.add(key) {
			return s.fail(at, "the key "+format.Quoted(key)+" is there twice")
		}
		if err := s.node(n.Add(format.Node{Name: key})); err != nil {
			return err
		}
		if end, err := s.afterMember(); end || err != nil {
			return err
		}
		c = s.clean()
	}
}

func (s *scanner) array(n *format.Node) error {
	n.Kind = format.List
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	c := s.clean()
	if c == ']' {
		s.pos++
		return nil
	}
	for {
		item := n.Add(format.Node{Kind: format.Absent, Text: "null"})
		if c != ',' {
			if err := s.node(item); err != nil {
				return err
			}
		}
		if end, err := s.afterItem(); end || err != nil {
			return err
		}
		c = s.clean()
	}
}

// parse reads a whole text as a tree.
func parse(text string, depth int) (format.Node, error) {
	s := scanner{text: text, depth: depth}
	var n format.Node
	if err := s.node(&n); err != nil {
		return n, err
	}
	return n, s.end()
}

// skip reads a value without keeping it and gives an object or array as its text.
func (s *scanner) skip() (token, error) {
	switch c := s.clean(); c {
	case '{', '[':
		start := s.pos
		kind := format.List
		var err error
		if c == '{' {
			kind = format.Group
			err = s.skipObject()
		} else {
			err = s.skipArray()
		}
		return token{kind, s.text[start:s.pos]}, err
	default:
		return s.scalar(c)
	}
}

func (s *scanner) skipObject() error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	var keys keySet
	c := s.clean()
	if c == '}' {
		s.pos++
		return nil
	}
	for {
		if c == 0 {
			return s.fail(s.pos, "a '}' is missing")
		}
		at := s.pos
		key, err := s.key(c)
		if err != nil {
			return err
		}
		if !keys.add(key) {
			return s.fail(at, "the key "+format.Quoted(key)+" is there twice")
		}
		if _, err := s.skip(); err != nil {
			return err
		}
		if end, err := s.afterMember(); end || err != nil {
			return err
		}
		c = s.clean()
	}
}

func (s *scanner) skipArray() error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	c := s.clean()
	if c == ']' {
		s.pos++
		return nil
	}
	for {
		if c != ',' {
			if _, err := s.skip(); err != nil {
				return err
			}
		}
		if end, err := s.afterItem(); end || err != nil {
			return err
		}
		c = s.clean()
	}
}
