package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
)

// text reads a technical text, or a name that stands for one. Braces in it are
// braces.
func (p *parser) text() ast.Text { return p.textOf(false) }

// caption reads a text for people, which may have resource keys, or a name
// that stands for one.
func (p *parser) caption() ast.Text { return p.textOf(true) }

func (p *parser) textOf(localized bool) ast.Text {
	t := p.tok()
	if !isTextOrIdent(t) {
		p.unexpected("a text")
	}
	p.next()
	out := ast.Text{Loc: locOf(t, t)}
	switch t.Type {
	case token.Ident:
		out.Value, out.Bare = t.Value, true
	case token.RawString:
		p.mustBeUTF8(t, t.Value)
		out.Value = rawText(t.Value)
	default:
		out.Value, out.Keys = p.unquote(t, localized)
	}
	return out
}

func (p *parser) optText() *ast.Text {
	if !isTextOrIdent(p.tok()) {
		return nil
	}
	t := p.text()
	return &t
}

func (p *parser) optCaption() *ast.Text {
	if !isTextOrIdent(p.tok()) {
		return nil
	}
	t := p.caption()
	return &t
}

// optPlainText reads a text that cannot be a name.
func (p *parser) optPlainText() *ast.Text {
	if !isText(p.tok()) {
		return nil
	}
	t := p.text()
	return &t
}

// rawText gives what is between the quotes of r'...' or r!'...'!.
func rawText(literal string) string {
	open := strings.IndexByte(literal, '\'')
	end := strings.LastIndexByte(literal, '\'')
	return strings.ReplaceAll(literal[open+1:end], "\r\n", "\n")
}

// inner gives the text of a literal between its quotes, and where it begins.
// Glued pieces of metacode are one text.
func inner(literal string) (string, int) {
	open := strings.IndexByte(literal, '\'')
	end := strings.LastIndexByte(literal, '\'')
	if end <= open {
		return "", open + 1
	}
	return literal[open+1 : end], open + 1
}

// unquote takes escapes out of a text that is part of a declaration. Keys of a
// localized one are checked and kept, and so are ${ and its like; braces of the
// text itself then stay escaped.
func (p *parser) unquote(t *lexer.Token, localized bool) (text string, keys bool) {
	s, _ := inner(t.Value)
	p.mustBeUTF8(t, s)
	if !strings.ContainsAny(s, "\\{}\r") {
		return s, false
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	keys = localized && hasKeys(s)
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			if i++; i == len(s) {
				p.failAt(t, "E1006", "wrong escape sequence at the end of the text")
			}
			c, ok := unescape(s[i])
			brace := c == '{' || c == '}'
			if !ok || brace && !localized {
				p.wrongEscape(t, s[i:])
			}
			if keys && brace {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		case localized && s[i] == '{':
			key := p.resourceKey(t, s[i+1:])
			b.WriteString(s[i : i+len(key)+2])
			i += len(key) + 1
		case localized && s[i] == '}':
			p.failAt(t, "E1007", "'}' alone in a text", bracesHint)
		case localized && s[i] == '$' && sequenceEnd(s, i) > i:
			end := sequenceEnd(s, i)
			b.WriteString(s[i : end+1])
			i = end
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), keys
}

// mustBeUTF8 refuses bytes that would be changed, or shown as garbage, later.
func (p *parser) mustBeUTF8(t *lexer.Token, s string) {
	if !utf8.ValidString(s) {
		p.failAt(t, "E1001", "the text is not UTF-8 here")
	}
}

const bracesHint = `A brace of the text itself is written \{ or \}.`

// sequenceEnd gives the offset of the brace that ends the sequence at i, or -1.
func sequenceEnd(s string, i int) int {
	if _, skip := sequence(s[i:]); skip > 0 {
		return closingBrace(s, i+skip-1)
	}
	return -1
}

func hasKeys(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			return true
		}
	}
	return false
}

// unescape gives the character that \c stands for.
func unescape(c byte) (byte, bool) {
	switch c {
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case '\\', '\'', '$', '{', '}':
		return c, true
	}
	return 0, false
}

func (p *parser) wrongEscape(t *lexer.Token, rest string) {
	r := []rune(rest)[0]
	p.failAt(t, "E1006", "wrong escape sequence '\\"+string(r)+"'",
		`A backslash itself is written \\, a text without escapes r'...'.`)
}

// textLiteral reads a text as an expression, with its keys and what is
// interpolated.
func (p *parser) textLiteral() *ast.TextLiteral {
	t := p.next()
	p.mustBeUTF8(t, t.Value)
	lit := &ast.TextLiteral{Loc: locOf(t, t)}
	if t.Type == token.RawString {
		lit.Raw = true
		lit.Parts = plain(rawText(t.Value))
		return lit
	}
	s, offset := inner(t.Value)
	if !strings.ContainsAny(s, "\\{}$\r") {
		lit.Parts = plain(s)
		return lit
	}
	lit.Parts = p.textParts(t, s, offset)
	return lit
}

func plain(s string) []ast.TextPart {
	if s == "" {
		return nil
	}
	return []ast.TextPart{{Text: s}}
}

// textParts splits the text s, which begins offset bytes after its token.
func (p *parser) textParts(t *lexer.Token, s string, offset int) []ast.TextPart {
	var parts []ast.TextPart
	var b strings.Builder
	flush := func() {
		parts = append(parts, plain(b.String())...)
		b.Reset()
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
			if i == len(s) {
				p.failAt(t, "E1006", "wrong escape sequence at the end of the text")
			}
			c, ok := unescape(s[i])
			if !ok {
				p.wrongEscape(t, s[i:])
			}
			b.WriteByte(c)
		case '\r':
			if i+1 >= len(s) || s[i+1] != '\n' {
				b.WriteByte('\r')
			}
		case '$':
			kind, skip := sequence(s[i:])
			if skip == 0 {
				b.WriteByte('$')
				continue
			}
			end := closingBrace(s, i+skip-1)
			if end < 0 {
				p.failAt(t, "E1005", "'"+s[i:i+skip]+"' in a text without its end '}'")
			}
			flush()
			part := ast.TextPart{Kind: kind}
			if code := s[i+skip : end]; kind == ast.Interpolated {
				part.Expr = p.interpolated(t, code, offset+i+skip)
			} else {
				part.Text = code
			}
			parts = append(parts, part)
			i = end
		case '{':
			flush()
			key := p.resourceKey(t, s[i+1:])
			parts = append(parts, ast.TextPart{Kind: ast.ResourceKey, Text: key})
			i += len(key) + 1
		case '}':
			p.failAt(t, "E1007", "'}' alone in a text", bracesHint)
		default:
			b.WriteByte(s[i])
		}
	}
	flush()
	return parts
}

// sequence tells which sequence begins with the dollar at the start of s, and
// how long its beginning is.
func sequence(s string) (ast.PartKind, int) {
	switch {
	case strings.HasPrefix(s, "${"):
		return ast.Interpolated, 2
	case strings.HasPrefix(s, "$I{"):
		return ast.InlineText, 3
	case strings.HasPrefix(s, "$R{"):
		return ast.InlineFile, 3
	case strings.HasPrefix(s, "$M{"):
		return ast.InlineImage, 3
	}
	return 0, 0
}

// closingBrace gives the offset of the brace that closes the one at i, or -1.
func closingBrace(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// resourceKey reads a key up to its brace.
func (p *parser) resourceKey(t *lexer.Token, s string) string {
	for i, r := range s {
		switch {
		case r == '}' && i == 0:
			p.failAt(t, "E1007", "empty resource key '{}' in a text", bracesHint)
		case r == '}':
			return s[:i]
		case r == '{':
			p.failAt(t, "E1007", "'{' inside a resource key", bracesHint)
		case unicode.IsSpace(r) || r == '\\':
			p.failAt(t, "E1007", "a resource key cannot contain a space or backslash", bracesHint)
		}
	}
	p.failAt(t, "E1007", "'{' in a text without its end '}'", bracesHint)
	return ""
}

// interpolated reads the expression in ${ }. Quotes in it are written \'; this
// one level of escaping is taken off, deeper ones are not.
func (p *parser) interpolated(t *lexer.Token, code string, offset int) ast.Expr {
	if strings.Contains(code, `\'`) {
		code = unquoteInterpolated(code)
	}
	pos := t.Pos
	for i := range offset {
		switch b := t.Value[i]; {
		case b == '\n':
			pos.Line, pos.Column = pos.Line+1, 1
		case b < 0x80 || b >= 0xC0:
			pos.Column++
		}
	}
	pos.Offset += offset
	sub, err := newStream(token.NewAt(pos, code), *p.depth())
	if err != nil {
		p.failAt(t, "E1005", err.Error())
	}
	sub.enter()
	if sub.tok().EOF() {
		p.failAt(t, "E1101", "empty '${}' in a text", `A dollar before a brace is written \$.`)
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *failure:
			r.diag.Incomplete = false
			r.diag.Message = strings.Replace(r.diag.Message, "unexpected end of text", "unexpected '}'", 1)
			panic(r)
		default:
			panic(r)
		}
	}()
	x := sub.expr()
	if !sub.tok().EOF() {
		sub.unexpected("'}'")
	}
	return x
}

func unquoteInterpolated(code string) string {
	var b strings.Builder
	depth := 1
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '\\' && i+1 < len(code):
			i++
			if code[i] != '\'' || depth != 1 {
				b.WriteByte('\\')
			}
			b.WriteByte(code[i])
			continue
		case c == '$' && i+1 < len(code) && code[i+1] == '{':
			depth++
		case c == '}' && depth > 1:
			depth--
		}
		b.WriteByte(code[i])
	}
	return b.String()
}
