package sqlexpr

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/value"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokNumber
	tokString
	tokWord   // an identifier or keyword, in lower case
	tokQuoted // an identifier in double quotes
	tokParam  // $1 or $name
	tokOp     // an operator or a bracket
)

type token struct {
	kind tokenKind
	text string
	pos  int
}

// problem is an error about the text of a formula.
func problem(text string, pos int, format string, args ...any) error {
	e := value.Errorf(value.CodeArgument, format, args...)
	e.Message += " in the formula at character " + strconv.Itoa(utf8.RuneCountInString(text[:min(pos, len(text))])+1)
	return e
}

const operatorBytes = "+-*/<>=~!@#%^&|?"

func lex(text string) ([]token, error) {
	var toks []token
	i := 0
	for {
		var err error
		if i, err = skipSpace(text, i); err != nil {
			return nil, err
		}
		if i >= len(text) {
			return append(toks, token{kind: tokEnd, pos: len(text)}), nil
		}
		t, end, err := lexOne(text, i)
		if err != nil {
			return nil, err
		}
		toks = append(toks, t)
		i = end
	}
}

// skipSpace passes blanks and comments.
func skipSpace(text string, i int) (int, error) {
	for i < len(text) {
		switch {
		case text[i] == ' ' || text[i] >= '\t' && text[i] <= '\r':
			i++
		case strings.HasPrefix(text[i:], "--"):
			n := strings.IndexByte(text[i:], '\n')
			if n < 0 {
				return len(text), nil
			}
			i += n
		case strings.HasPrefix(text[i:], "/*"):
			n := strings.Index(text[i+2:], "*/")
			if n < 0 {
				return i, problem(text, i, "a comment without end")
			}
			i += n + 4
		default:
			return i, nil
		}
	}
	return i, nil
}

func lexOne(text string, i int) (token, int, error) {
	c := text[i]
	switch {
	case c == '\'':
		s, end, err := quoted(text, i, false)
		return token{tokString, s, i}, end, err
	case (c == 'e' || c == 'E') && i+1 < len(text) && text[i+1] == '\'':
		s, end, err := quoted(text, i+1, true)
		return token{tokString, s, i}, end, err
	case c == '"':
		n := strings.IndexByte(text[i+1:], '"')
		if n < 0 {
			return token{}, 0, problem(text, i, "a quoted name without end")
		}
		return token{tokQuoted, text[i+1 : i+1+n], i}, i + n + 2, nil
	case c == '$':
		return lexDollar(text, i)
	case c >= '0' && c <= '9' || c == '.' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
		end := i
		for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == '.') {
			end++
		}
		if end < len(text) && text[end]|0x20 == 'e' {
			exp := end + 1
			if exp < len(text) && (text[exp] == '+' || text[exp] == '-') {
				exp++
			}
			if exp < len(text) && text[exp] >= '0' && text[exp] <= '9' {
				for end = exp; end < len(text) && text[end] >= '0' && text[end] <= '9'; end++ {
				}
			}
		}
		return token{tokNumber, text[i:end], i}, end, nil
	case strings.IndexByte("()[],;.", c) >= 0:
		return token{tokOp, text[i : i+1], i}, i + 1, nil
	case c == ':':
		if strings.HasPrefix(text[i:], "::") {
			return token{tokOp, "::", i}, i + 2, nil
		}
		return token{tokOp, ":", i}, i + 1, nil
	case strings.IndexByte(operatorBytes, c) >= 0:
		end := i
		for end < len(text) && strings.IndexByte(operatorBytes, text[end]) >= 0 &&
			!strings.HasPrefix(text[end:], "--") && !strings.HasPrefix(text[end:], "/*") {
			end++
		}
		// As in PostgreSQL an operator ends in + or - only with one of ~!@#%^&|? before.
		for end > i+1 && (text[end-1] == '+' || text[end-1] == '-') && !strings.ContainsAny(text[i:end-1], "~!@#%^&|?") {
			end--
		}
		return token{tokOp, text[i:end], i}, end, nil
	}
	end := i
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if r != '_' && r != '$' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		end += size
	}
	if end == i {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return token{}, 0, problem(text, i, "the character %q is not expected", r)
	}
	return token{tokWord, strings.ToLower(text[i:end]), i}, end, nil
}

// lexDollar reads a parameter or a string in dollar quotes.
func lexDollar(text string, i int) (token, int, error) {
	end := i + 1
	for end < len(text) && (text[end] == '_' || text[end] >= 0x80 || text[end] >= '0' && text[end] <= '9' || text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z') {
		end++
	}
	if end < len(text) && text[end] == '$' {
		tag := text[i : end+1]
		n := strings.Index(text[end+1:], tag)
		if n < 0 {
			return token{}, 0, problem(text, i, "a string without end")
		}
		return token{tokString, text[end+1 : end+1+n], i}, end + 1 + n + len(tag), nil
	}
	if end == i+1 {
		return token{}, 0, problem(text, i, "a parameter without number or name")
	}
	if c := text[i+1]; c >= '0' && c <= '9' { // $1x is $1 and x
		for end = i + 1; end < len(text) && text[end] >= '0' && text[end] <= '9'; end++ {
		}
	}
	return token{tokParam, text[i+1 : end], i}, end, nil
}

// quoted reads a string in single quotes that begins at i; with escapes also
// the backslash forms of E”.
func quoted(text string, i int, escapes bool) (s string, end int, err error) {
	var out strings.Builder
	for j := i + 1; j < len(text); {
		c := text[j]
		j++
		switch {
		case c == '\'' && j < len(text) && text[j] == '\'':
			out.WriteByte(c)
			j++
		case c == '\'':
			return out.String(), j, nil
		case c == '\\' && escapes && j < len(text):
			n := 0
			if n, err = unescape(&out, text[j:]); err != nil {
				return "", 0, problem(text, j, "a malformed escape")
			}
			j += n
		default:
			out.WriteByte(c)
		}
	}
	return "", 0, problem(text, i, "a string without end")
}

// unescape writes the character after a backslash and says how many bytes of s
// it took.
func unescape(out *strings.Builder, s string) (int, error) {
	hex := func(digits int) (int, error) {
		if len(s) <= digits {
			return 0, strconv.ErrSyntax
		}
		n, err := strconv.ParseUint(s[1:1+digits], 16, 32)
		if err != nil {
			return 0, err
		}
		out.WriteRune(rune(n))
		return 1 + digits, nil
	}
	switch s[0] {
	case 'n':
		out.WriteByte('\n')
	case 't':
		out.WriteByte('\t')
	case 'r':
		out.WriteByte('\r')
	case 'b':
		out.WriteByte('\b')
	case 'f':
		out.WriteByte('\f')
	case 'u':
		return hex(4)
	case 'U':
		return hex(8)
	default:
		out.WriteByte(s[0])
	}
	return 1, nil
}
