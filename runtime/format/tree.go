package format

import (
	"io"

	"github.com/golsf/golsf/runtime/value"
)

// NodeKind tells what a Node is.
type NodeKind uint8

const (
	Group  NodeKind = iota // members in order: a JSON object, an XML element with content
	List                   // unnamed records: a JSON array; in XML one element per record, all with the list's name
	Map                    // records by key (EXTKEY): a JSON object; an XML element with one element per key
	Leaf                   // a value of a class: only in trees to be written; NULL is written as null, or as an empty element
	Text                   // characters as read: a JSON string, the text of an XML element or attribute
	Number                 // a JSON number as read
	Bool                   // JSON true or false as read
	Absent                 // JSON null as read
)

// Node is an element of a structured file. A writer is given Group, List, Map
// and Leaf; a reader gives Group, List, Text, Number, Bool and Absent.
//
// A node owns its Items; trees have no cycles and no parents.
type Node struct {
	Name  string // key, tag or attribute name; "" for records of a List and for XML character data between elements
	Kind  NodeKind
	Attr  bool        // XML: an attribute of the element above
	Value value.Value // of a Leaf
	Text  string      // of Text and Number: the text as recorded for a conversion to STRING; of Bool "true" or "false"
	Items []Node      // of Group, List and Map
	URI   string      // XML read: namespace address of the element or attribute, "" for none
	Scope *Scope      // XML read: the namespace declarations in force at an element; nil for none
}

// Scope is a namespace declaration of an XML element and those outside of it.
type Scope struct {
	Prefix, URI string
	Outer       *Scope
}

// Lookup is the address that a prefix stands for; "" is the default namespace.
func (s *Scope) Lookup(prefix string) (uri string, ok bool) {
	for ; s != nil; s = s.Outer {
		if s.Prefix == prefix {
			return s.URI, true
		}
	}
	return "", false
}

// Add appends a member to n and gives it back for filling. The pointer is valid
// until the next Add to n.
func (n *Node) Add(m Node) *Node {
	n.Items = append(n.Items, m)
	return &n.Items[len(n.Items)-1]
}

// AddLeaf appends a member that is a value.
func (n *Node) AddLeaf(name string, v value.Value) {
	n.Items = append(n.Items, Node{Name: name, Kind: Leaf, Value: v})
}

// TreeCodec reads and writes hierarchical files of one format.
//
// Write is given a Group: in XML it is the root element (Name "" means export),
// in JSON its name is not used. Names may carry what EXTID allows: the suffixes
// :escapeInnerJSON and :escapeInnerXML, and in XML namespaces (prefix:name,
// prefix=uri:name, =uri:name, ;prefix=uri). A Group without Items that is a
// named member of a Group is left out (an empty property group); records are
// written always. NULLs that are not to be shown must not be in the tree.
type TreeCodec interface {
	// Read reads a file. A file of no bytes gives a Document whose root is an
	// empty Group.
	Read(data []byte, opts ReadOptions) (Document, error)
	Write(w io.Writer, root *Node, opts WriteOptions) error
}

// Document is a hierarchical file that was read. It is for one goroutine.
type Document interface {
	// Root is the element ROOT asks for, or the whole: in JSON always a Group
	// (an array or a scalar is the member "value" of one), in XML the element.
	Root() *Node
	// Member is the element (attr: the attribute) of n that a property or
	// property group of that name is read from; nil if there is none. In XML
	// "value" is the text of n itself.
	Member(n *Node, name string, attr bool) *Node
	// Records are the records of an object group in n. In JSON the items of the
	// array of that name, a single object counting as one, scalars wrapped as
	// {"value": x}; in XML the elements of that name, of the name "value" all
	// elements. With keyed the members of the element of that name, each with
	// its key as Name (EXTKEY). nil when there is none.
	Records(n *Node, name string, keyed bool) []*Node
	// Convert reads the value of a node into a class by the rules of IMPORT;
	// nil and Absent give NULL. tag is the name for messages.
	Convert(n *Node, c value.Class, tag string) (value.Value, error)
}

// OperatorWriter writes the text of the operators JSON and JSONTEXT.
type OperatorWriter interface {
	// Text gives the text of a tree and whether there is one: a root without
	// members gives none. The tree is one that TreeCodec.Write takes, with a
	// member "value" for rows and for an unnamed value. Class is NameJSON for
	// the normalised text, NameJSONText for the compact one.
	Text(root *Node, class value.Name) (text string, ok bool, err error)
}
