// Package xml reads and writes XML as IMPORT and EXPORT define it: everything on
// one line, namespaces in names (prefix=uri:name), texts that are markup
// embedded as markup. External entities are never read.
package xml

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// A tree that was read consists of elements: Groups with Name as written
// (prefix:local), URI and Scope. Their Items are first the attributes (Attr,
// Kind Text), then the content: elements, character data (no Name, Kind Text),
// comments and processing instructions (no Name, Kind Absent, Text the markup).

// parser reads a document from the left.
type parser struct {
	text     string
	pos      int
	depth    int // nesting still allowed
	entities map[string]entity
	expanded int // bytes that entities gave
}

type entity struct {
	text     string
	external bool
}

// maxExpanded bounds what entities may expand to.
const maxExpanded = 1 << 20

const xmlURI = "http://www.w3.org/XML/1998/namespace"

func (p *parser) fail(at int, message string) error {
	line, column := format.Place(p.text, at)
	return value.Errorf(format.CodeSyntax, "%s at line %d, character %d of the XML text", message, line, column)
}

func (p *parser) has(prefix string) bool { return strings.HasPrefix(p.text[p.pos:], prefix) }

func (p *parser) space() bool {
	start := p.pos
	for p.pos < len(p.text) && isSpace(p.text[p.pos]) {
		p.pos++
	}
	return p.pos > start
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// until takes the text up to end and end itself.
func (p *parser) until(end, what string) (string, error) {
	i := strings.Index(p.text[p.pos:], end)
	if i < 0 {
		return "", p.fail(p.pos, what+" has no end")
	}
	s := p.text[p.pos : p.pos+i]
	p.pos += i + len(end)
	return s, nil
}

// name takes a name.
func (p *parser) name() (string, error) {
	start := p.pos
	for p.pos < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[p.pos:])
		if !isNameRune(r, p.pos == start) && r != ':' {
			break
		}
		p.pos += size
	}
	if p.pos == start {
		return "", p.fail(start, "a name is expected")
	}
	return p.text[start:p.pos], nil
}

func isNameRune(r rune, first bool) bool {
	switch {
	case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_':
		return true
	case r >= '0' && r <= '9' || r == '-' || r == '.':
		return !first
	case r < 0xB7:
		return false
	case r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040:
		return !first
	case r == 0xD7 || r == 0xF7 || r == 0x37E || r >= 0x2000 && r <= 0x206F && r != 0x200C && r != 0x200D:
		return false
	}
	return r >= 0xC0 && r != utf8.RuneError && (r < 0x2190 || r >= 0x2C00) && (r < 0xFDD0 || r > 0xFDEF)
}

// isNCName is true of names without a colon that XML allows.
func isNCName(s string) bool {
	for i, r := range s {
		if !isNameRune(r, i == 0) {
			return false
		}
	}
	return s != ""
}

// prolog reads what stands before the root element.
func (p *parser) prolog() error {
	if p.has("<?xml") && len(p.text) > 5 && isSpace(p.text[5]) {
		if _, err := p.until("?>", "the XML declaration"); err != nil {
			return err
		}
	}
	for {
		p.space()
		switch {
		case p.has("<!--"), p.has("<?"):
			if _, err := p.aside(); err != nil {
				return err
			}
		case p.has("<!DOCTYPE"):
			if err := p.doctype(); err != nil {
				return err
			}
		case p.has("<"):
			return nil
		default:
			return p.fail(p.pos, "an element is expected")
		}
	}
}

// epilog reads what stands after the root element.
func (p *parser) epilog() error {
	for {
		p.space()
		if p.pos == len(p.text) {
			return nil
		}
		if !p.has("<!--") && !p.has("<?") {
			return p.fail(p.pos, "text follows the root element")
		}
		if _, err := p.aside(); err != nil {
			return err
		}
	}
}

// aside takes a comment or a processing instruction and gives its markup.
func (p *parser) aside() (string, error) {
	start := p.pos
	if p.has("<!--") {
		p.pos += 4
		body, err := p.until("-->", "a comment")
		if err == nil && (strings.Contains(body, "--") || strings.HasSuffix(body, "-")) {
			err = p.fail(start, "a comment holds --")
		}
		return p.text[start:p.pos], err
	}
	p.pos += 2
	target, err := p.name()
	if err == nil && strings.EqualFold(target, "xml") {
		err = p.fail(start, "an XML declaration stands in the document")
	}
	if err == nil {
		_, err = p.until("?>", "a processing instruction")
	}
	return p.text[start:p.pos], err
}

// doctype reads a document type with the entities it declares.
func (p *parser) doctype() error {
	start := p.pos
	p.pos += len("<!DOCTYPE")
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; c {
		case '"', '\'':
			p.pos++
			if _, err := p.until(string(c), "a text of the DOCTYPE"); err != nil {
				return err
			}
		case '[':
			p.pos++
			if err := p.internalSubset(); err != nil {
				return err
			}
		case '>':
			p.pos++
			return nil
		default:
			p.pos++
		}
	}
	return p.fail(start, "the DOCTYPE has no end")
}

func (p *parser) internalSubset() error {
	for {
		p.space()
		switch {
		case p.has("]"):
			p.pos++
			return nil
		case p.has("<!ENTITY"):
			if err := p.entityDeclaration(); err != nil {
				return err
			}
		case p.has("<!--"), p.has("<?"):
			if _, err := p.aside(); err != nil {
				return err
			}
		case p.has("<!"):
			if err := p.skipDeclaration(); err != nil {
				return err
			}
		case p.has("%"):
			if _, err := p.until(";", "a parameter entity"); err != nil {
				return err
			}
		default:
			return p.fail(p.pos, "a declaration of the DOCTYPE is expected")
		}
	}
}

// skipDeclaration reads up to the > of a declaration.
func (p *parser) skipDeclaration() error {
	start := p.pos
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		p.pos++
		switch c {
		case '>':
			return nil
		case '"', '\'':
			if _, err := p.until(string(c), "a text of the DOCTYPE"); err != nil {
				return err
			}
		}
	}
	return p.fail(start, "a declaration of the DOCTYPE has no end")
}

func (p *parser) entityDeclaration() error {
	p.pos += len("<!ENTITY")
	p.space()
	if p.has("%") {
		return p.skipDeclaration()
	}
	name, err := p.name()
	if err != nil {
		return err
	}
	p.space()
	e := entity{external: true}
	if p.has(`"`) || p.has("'") {
		quote := p.text[p.pos : p.pos+1]
		p.pos++
		if e.text, err = p.until(quote, "an entity"); err != nil {
			return err
		}
		e.external = false
	}
	if p.entities == nil {
		p.entities = map[string]entity{}
	}
	if _, known := p.entities[name]; !known {
		p.entities[name] = e
	}
	return p.skipDeclaration()
}

// reference takes a reference whose & is at pos and appends what it stands for.
func (p *parser) reference(dst []byte) ([]byte, error) {
	start := p.pos
	p.pos++
	name, err := p.until(";", "a reference")
	if err != nil {
		return dst, err
	}
	return p.resolve(dst, name, start, 0)
}

func (p *parser) resolve(dst []byte, name string, at, nest int) ([]byte, error) {
	switch name {
	case "lt":
		return append(dst, '<'), nil
	case "gt":
		return append(dst, '>'), nil
	case "amp":
		return append(dst, '&'), nil
	case "quot":
		return append(dst, '"'), nil
	case "apos":
		return append(dst, '\''), nil
	}
	if number, ok := strings.CutPrefix(name, "#"); ok {
		base := 10
		if hex, ok := strings.CutPrefix(number, "x"); ok {
			number, base = hex, 16
		}
		n, err := strconv.ParseUint(number, base, 32)
		if err != nil || !isChar(rune(n)) || n > utf8.MaxRune {
			return dst, p.fail(at, "the reference &"+name+"; is no character")
		}
		return utf8.AppendRune(dst, rune(n)), nil
	}
	e, ok := p.entities[name]
	if !ok {
		return dst, p.fail(at, "the entity &"+format.Quoted(name)+"; is unknown")
	}
	if e.external {
		return dst, nil
	}
	if p.expanded += len(e.text); p.expanded > maxExpanded || nest > 16 {
		return dst, value.Errorf(format.CodeLimit, "the entities of the XML text expand to more than the limit allows")
	}
	if strings.IndexByte(e.text, '<') >= 0 {
		return dst, p.fail(at, "the entity &"+name+"; holds markup, which is not supported")
	}
	for s := e.text; ; {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			return append(dst, s...), nil
		}
		end := strings.IndexByte(s[i:], ';')
		if end < 0 {
			return dst, p.fail(at, "a reference in the entity &"+name+"; has no end")
		}
		var err error
		if dst, err = p.resolve(append(dst, s[:i]...), s[i+1:i+end], at, nest+1); err != nil {
			return dst, err
		}
		s = s[i+end+1:]
	}
}

func isChar(r rune) bool {
	return r >= ' ' && (r < 0xD800 || r > 0xDFFF) && r != 0xFFFE && r != 0xFFFF || r == '\t' || r == '\n' || r == '\r'
}

// checkChars fails on control characters, which XML does not allow.
func (p *parser) checkChars(s string, at int) error {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return p.fail(at+i, "a control character")
		}
	}
	return nil
}

// lineEnds makes every line end a line feed.
func lineEnds(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// startTag reads the start tag at pos into n and reports whether the element is
// complete (<a/>).
func (p *parser) startTag(n *format.Node, outer *format.Scope) (empty bool, err error) {
	n.Kind, n.Scope = format.Group, outer
	start := p.pos
	p.pos++
	if n.Name, err = p.name(); err != nil {
		return false, err
	}
	for {
		spaced := p.space()
		switch {
		case p.has("/>"):
			p.pos += 2
			return true, p.bind(n, start)
		case p.has(">"):
			p.pos++
			return false, p.bind(n, start)
		case p.pos == len(p.text):
			return false, p.fail(start, "a tag has no end")
		case !spaced:
			return false, p.fail(p.pos, "a blank, / or > is expected")
		}
		if err := p.attribute(n); err != nil {
			return false, err
		}
	}
}

func (p *parser) attribute(n *format.Node) error {
	at := p.pos
	name, err := p.name()
	if err != nil {
		return err
	}
	p.space()
	if !p.has("=") {
		return p.fail(p.pos, "a = is expected after an attribute's name")
	}
	p.pos++
	p.space()
	if !p.has(`"`) && !p.has("'") {
		return p.fail(p.pos, "an attribute's value in quotes is expected")
	}
	text, err := p.attributeValue(p.text[p.pos])
	if err != nil {
		return err
	}
	switch prefix, local, colon := strings.Cut(name, ":"); {
	case name == "xmlns":
		n.Scope = &format.Scope{URI: text, Outer: n.Scope}
	case colon && prefix == "xmlns":
		if text == "" || local == "xmlns" {
			return p.fail(at, "the prefix "+local+" cannot be declared so")
		}
		n.Scope = &format.Scope{Prefix: local, URI: text, Outer: n.Scope}
	default:
		n.Add(format.Node{Name: name, Kind: format.Text, Attr: true, Text: text})
	}
	return nil
}

func (p *parser) attributeValue(quote byte) (string, error) {
	p.pos++
	start := p.pos
	var joined []byte
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == quote:
			piece := p.text[start:p.pos]
			if err := p.checkChars(piece, start); err != nil {
				return "", err
			}
			p.pos++
			if joined == nil && strings.IndexAny(piece, "\t\n\r") < 0 {
				return piece, nil
			}
			return string(append(joined, blanks(piece)...)), nil
		case c == '<':
			return "", p.fail(p.pos, "a < stands in an attribute")
		case c == '&':
			piece := p.text[start:p.pos]
			if err := p.checkChars(piece, start); err != nil {
				return "", err
			}
			var err error
			if joined, err = p.reference(append(joined, blanks(piece)...)); err != nil {
				return "", err
			}
			start = p.pos
		default:
			p.pos++
		}
	}
	return "", p.fail(start, "an attribute has no end")
}

// blanks makes every blank of an attribute a space.
func blanks(s string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ", "\r", " ").Replace(s)
}

// bind gives the element and its attributes their namespaces.
func (p *parser) bind(n *format.Node, at int) (err error) {
	if n.URI, err = p.namespace(n.Name, n.Scope, true, at); err != nil {
		return err
	}
	for i := range n.Items {
		a := &n.Items[i]
		if a.URI, err = p.namespace(a.Name, n.Scope, false, at); err != nil {
			return err
		}
		for j := range n.Items[:i] {
			if b := &n.Items[j]; b.Name == a.Name || a.URI != "" && b.URI == a.URI && localName(b.Name) == localName(a.Name) {
				return p.fail(at, "the attribute "+a.Name+" is there twice")
			}
		}
	}
	return nil
}

func (p *parser) namespace(name string, scope *format.Scope, element bool, at int) (string, error) {
	prefix, local, colon := strings.Cut(name, ":")
	if !colon {
		if !element {
			return "", nil
		}
		uri, _ := scope.Lookup("")
		return uri, nil
	}
	if !isNCName(prefix) || !isNCName(local) {
		return "", p.fail(at, "the name "+format.Quoted(name)+" is none with a prefix")
	}
	if prefix == "xml" {
		return xmlURI, nil
	}
	uri, ok := scope.Lookup(prefix)
	if !ok {
		return "", p.fail(at, "the prefix "+format.Quoted(prefix)+" is not declared")
	}
	return uri, nil
}

func localName(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// element reads the element at pos.
func (p *parser) element(n *format.Node, outer *format.Scope) error {
	if p.depth--; p.depth < 0 {
		return value.Errorf(format.CodeLimit, "the XML text is nested deeper than the limit allows")
	}
	defer func() { p.depth++ }()
	empty, err := p.startTag(n, outer)
	if empty || err != nil {
		return err
	}
	for {
		end, err := p.content(n)
		if err != nil {
			return err
		}
		if end {
			return p.endTag(n.Name)
		}
		if err := p.element(n.Add(format.Node{}), n.Scope); err != nil {
			return err
		}
	}
}

// content reads character data, comments and instructions into n up to the
// next tag and reports whether that is an end tag.
func (p *parser) content(n *format.Node) (end bool, err error) {
	var joined []byte // of several pieces
	piece := ""
	add := func(s string) {
		switch {
		case joined != nil:
			joined = append(joined, s...)
		case piece == "":
			piece = s
		default:
			joined = append(append(joined, piece...), s...)
		}
	}
	finish := func() {
		if joined != nil {
			piece = string(joined)
		}
		if piece != "" {
			n.Add(format.Node{Kind: format.Text, Text: piece})
		}
		joined, piece = nil, ""
	}
	for p.pos < len(p.text) {
		switch {
		case p.text[p.pos] == '&':
			out, err := p.reference(nil)
			if err != nil {
				return false, err
			}
			add(string(out))
		case p.text[p.pos] != '<':
			start := p.pos
			i := strings.IndexAny(p.text[start:], "<&")
			if i < 0 {
				i = len(p.text) - start
			}
			p.pos += i
			s := p.text[start:p.pos]
			if err := p.checkChars(s, start); err != nil {
				return false, err
			}
			if strings.Contains(s, "]]>") {
				return false, p.fail(start, "]]> stands in a text")
			}
			add(lineEnds(s))
		case p.has("<![CDATA["):
			p.pos += len("<![CDATA[")
			start := p.pos
			s, err := p.until("]]>", "a CDATA section")
			if err == nil {
				err = p.checkChars(s, start)
			}
			if err != nil {
				return false, err
			}
			add(lineEnds(s))
		case p.has("<!--"), p.has("<?"):
			finish()
			s, err := p.aside()
			if err != nil {
				return false, err
			}
			n.Add(format.Node{Kind: format.Absent, Text: lineEnds(s)})
		default:
			finish()
			return p.has("</"), nil
		}
	}
	return false, p.fail(p.pos, "the element "+n.Name+" has no end")
}

// endTag reads the end tag at pos.
func (p *parser) endTag(name string) error {
	at := p.pos
	p.pos += 2
	got, err := p.name()
	if err != nil {
		return err
	}
	if got != name {
		return p.fail(at, "the element "+name+" is ended as "+got)
	}
	p.space()
	if !p.has(">") {
		return p.fail(p.pos, "a > is expected")
	}
	p.pos++
	return nil
}

// parse reads a whole document and gives its root element.
func parse(text string, depth int) (*format.Node, error) {
	p := parser{text: text, depth: depth}
	root := &format.Node{}
	if err := p.prolog(); err != nil {
		return nil, err
	}
	if err := p.element(root, nil); err != nil {
		return nil, err
	}
	return root, p.epilog()
}

// decode gives the text of a file in the charset asked for, else that of its
// byte order mark or declaration.
func decode(data []byte, charset string) (string, error) {
	if charset == "" {
		charset = declaredCharset(data)
	}
	c, err := format.FindCharset(charset)
	if err != nil {
		return "", err
	}
	return c.Decode(data), nil
}

func declaredCharset(data []byte) string {
	head := string(data[:min(len(data), 200)])
	switch {
	case strings.HasPrefix(head, "\xFE\xFF"), strings.HasPrefix(head, "\xFF\xFE"):
		return "UTF-16"
	case strings.HasPrefix(head, "\x00<\x00?"):
		return "UTF-16BE"
	case strings.HasPrefix(head, "<\x00?\x00"):
		return "UTF-16LE"
	}
	head = strings.TrimPrefix(head, "\xEF\xBB\xBF")
	if !strings.HasPrefix(head, "<?xml") {
		return ""
	}
	decl, _, _ := strings.Cut(head, "?>")
	_, after, ok := strings.Cut(decl, "encoding")
	after = strings.TrimLeft(after, " \t\r\n")
	if !ok || !strings.HasPrefix(after, "=") {
		return ""
	}
	after = strings.TrimLeft(after[1:], " \t\r\n")
	if after == "" || after[0] != '"' && after[0] != '\'' {
		return ""
	}
	name, _, ok := strings.Cut(after[1:], after[:1])
	if !ok {
		return ""
	}
	return name
}
