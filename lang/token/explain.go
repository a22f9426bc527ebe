package token

import (
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/diag"
)

// Explain tells what is wrong with an Illegal token.
func Explain(t *lexer.Token) *diag.Diagnostic {
	first, _, _ := strings.Cut(t.Value, "\n")
	d := &diag.Diagnostic{Span: diag.Span{Start: Place(t.Pos), End: Place(t.Pos)}}
	d.Span.End.Offset += len(first)
	d.Span.End.Col += utf8.RuneCountInString(first)
	switch {
	case strings.HasPrefix(t.Value, "<{"):
		d.Code, d.Message, d.Incomplete = "E1004", "code block without its end '}>'", true
	case strings.HasPrefix(t.Value, "/*"):
		d.Code, d.Message, d.Incomplete = "E1003", "comment without its end '*/'", true
	case strings.Contains(t.Value, "'"):
		d.Code, d.Message, d.Incomplete = "E1002", "text without its closing quote", true
		if openBlock(t.Value[strings.IndexByte(t.Value, '\'')+1:]) {
			d.Code, d.Message = "E1005", "'${' in a text without its end '}'"
		}
	default:
		d.Code = "E1001"
		explainChar(t.Value, d)
	}
	return d
}

// openBlock reports whether text, which begins in a text literal, has a ${
// that nothing closes.
func openBlock(text string) bool {
	for i := 0; i+1 < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '\'':
			return false
		case text[i] == '$' && text[i+1] == '{':
			end := blockEnd(text, i+1)
			if end < 0 {
				return true
			}
			i = end
		}
	}
	return false
}

func explainChar(text string, d *diag.Diagnostic) {
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case r == utf8.RuneError && size <= 1:
		d.Message = "the text is not UTF-8 here"
	case r < ' ' || r == 0x7f:
		d.Message = "unexpected control character"
	default:
		d.Message = "unexpected character '" + string(r) + "'"
	}
	switch {
	case r == '"':
		d.Hints = []string{"A text is written in single quotes."}
	case r == '#':
		d.Hints = []string{"A comment begins with //."}
	case r == '^' || r == '%':
		d.Hints = []string{"There is no such operator; functions such as mod and power do this."}
	case r == '|' || r == '&':
		d.Hints = []string{"The logical operators are AND, OR and NOT; texts are joined by +."}
	case r > 0x7f:
		d.Hints = []string{"Names are made of Latin letters, digits and underscores."}
	}
}
