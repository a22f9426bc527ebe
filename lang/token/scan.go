package token

import (
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// scanWord reads a name, reserved word, class or raw text that begins at i.
func (l *Lexer) scanWord(i int) (lexer.TokenType, int) {
	src := l.src
	end := wordEnd(src, i+1)
	if end < len(src) {
		if src[end] == '#' && strings.HasPrefix(src[end:], "##") {
			return l.scanGlued(i, end)
		}
		if end == i+1 && src[i]|0x20 == 'r' {
			if kind, rawEnd := l.scanRaw(i); rawEnd > 0 {
				return kind, rawEnd
			}
		}
	}
	return l.wordKind(i, end)
}

func (l *Lexer) wordKind(i, end int) (lexer.TokenType, int) {
	word := l.src[i:end]
	if word[0] >= 'a' {
		return Ident, end
	}
	switch {
	case types[word]:
		return l.scanType(i, end)
	case keywords[word]:
		if word == "INTERVAL" {
			return l.scanType(i, end)
		}
		return Keyword, end
	}
	switch word {
	case "NULL":
		return Null, end
	case "TRUE", "FALSE":
		return Bool, end
	case "TTRUE", "TFALSE":
		return TBool, end
	}
	return Ident, end
}

// scanType takes in the length or precision of a built-in class when it
// follows at once. A bracket with anything else stays a token of its own: in
// metacode it may hold a parameter.
func (l *Lexer) scanType(i, end int) (lexer.TokenType, int) {
	src := l.src
	word := src[i:end]
	kind := Type
	if word == "INTERVAL" {
		kind = Keyword
	}
	if end >= len(src) || src[end] != '[' {
		return kind, end
	}
	n := strings.IndexByte(src[end:min(len(src), end+24)], ']')
	if n < 0 {
		return kind, end
	}
	inner, close := src[end+1:end+n], end+n+1
	ok := false
	switch word {
	case "STRING", "ISTRING", "BPSTRING", "BPISTRING":
		ok = allDigits(inner)
	case "NUMERIC":
		p, s, found := strings.Cut(inner, ",")
		ok = found && allDigits(p) && allDigits(s)
	case "TIME", "DATETIME", "ZDATETIME":
		ok = len(inner) == 1 && inner[0] >= '0' && inner[0] <= '6'
	case "INTERVAL":
		switch inner {
		case "DATE", "DATETIME", "TIME", "ZDATETIME":
			kind, ok = Type, true
		}
	}
	if !ok {
		return kind, end
	}
	return kind, close
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// scanNumber reads a number, date or time that begins at i.
func (l *Lexer) scanNumber(i int) (lexer.TokenType, int) {
	src := l.src
	end := i + 1
	for end < len(src) && isDigit(src[end]) {
		end++
	}
	if end >= len(src) {
		return Int, end
	}
	switch c := src[end]; {
	case c == '_' && end-i == 4 && fits(src, i, "0000_00_00"):
		if n := timeLength(src, i+11); n > 0 && src[i+10] == '_' {
			return DateTime, i + 11 + n
		}
		return Date, i + 10
	case c == ':' && end-i == 2:
		if n := timeLength(src, i); n > 0 {
			return Time, i + n
		}
	case c == '.':
		end++
		for end < len(src) && isDigit(src[end]) {
			end++
		}
		if end < len(src) && src[end]|0x20 == 'd' {
			return Double, end + 1
		}
		return Numeric, end
	case c|0x20 == 'l':
		return Long, end + 1
	case c|0x20 == 'd' && (end+1 >= len(src) || !isWord(src[end+1])):
		return Double, end + 1
	}
	if word := wordEnd(src, end); strings.HasPrefix(src[word:], "##") {
		if kind, glued := l.scanGlued(i, word); kind == String {
			return kind, glued
		}
	}
	return Int, end
}

// fits reports whether src has at i the shape of pattern, 0 standing for any
// digit.
func fits(src string, i int, pattern string) bool {
	if i+len(pattern) > len(src) {
		return false
	}
	for k := range len(pattern) {
		c := src[i+k]
		if pattern[k] == '0' && !isDigit(c) || pattern[k] != '0' && c != pattern[k] {
			return false
		}
	}
	return true
}

func timeLength(src string, i int) int {
	switch {
	case fits(src, i, "00:00:00"):
		return 8
	case fits(src, i, "00:00"):
		return 5
	}
	return 0
}

// scanHash reads a color, or a name or text of metacode that begins with ##.
func (l *Lexer) scanHash(i int) (lexer.TokenType, int) {
	src := l.src
	if strings.HasPrefix(src[i:], "##") {
		start := i + 2
		if start < len(src) && src[start] == '#' {
			start++
		}
		if start < len(src) && (isWord(src[start]) || src[start] == '\'') {
			return l.scanGlued(i, start)
		}
		return badChar(src, i)
	}
	end := i + 1
	for end < len(src) && end < i+7 && isHex(src[end]) {
		end++
	}
	if end == i+7 {
		return Color, end
	}
	return badChar(src, i)
}

func isHex(c byte) bool { return isDigit(c) || c|0x20-'a' < 6 }

// scanGlued reads from at a name or text whose pieces are joined by ## or ###,
// as metacode has them. The token begins at i.
func (l *Lexer) scanGlued(i, at int) (lexer.TokenType, int) {
	src, kind := l.src, Ident
	for at < len(src) {
		switch {
		case isWord(src[at]):
			at = wordEnd(src, at)
		case src[at] == '\'':
			k, end := l.scanString(at)
			if k == Illegal {
				return k, end
			}
			kind, at = String, end
		}
		next := at
		for next < len(src) && next < at+3 && src[next] == '#' {
			next++
		}
		if next-at < 2 || next >= len(src) || !isWord(src[next]) && src[next] != '\'' {
			break
		}
		at = next
	}
	return kind, at
}

// scanString reads the text in quotes at i.
func (l *Lexer) scanString(i int) (lexer.TokenType, int) {
	src := l.src
	for k := i + 1; k < len(src); k++ {
		switch src[k] {
		case '\'':
			return String, k + 1
		case '\\':
			k++
		case '$':
			if k+1 < len(src) && src[k+1] == '{' {
				end := blockEnd(src, k+1)
				if end < 0 {
					return Illegal, len(src)
				}
				k = end
			}
		}
	}
	return Illegal, len(src)
}

// blockEnd gives the offset of the brace that closes the one at i, or -1.
func blockEnd(src string, i int) int {
	depth := 0
	for ; i < len(src); i++ {
		switch src[i] {
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

// scanRaw reads r'...' or r!'...'! at i; the end is 0 when there is none.
func (l *Lexer) scanRaw(i int) (lexer.TokenType, int) {
	src := l.src
	if src[i+1] == '\'' {
		n := strings.IndexByte(src[i+2:], '\'')
		if n < 0 {
			return Illegal, len(src)
		}
		return RawString, i + 2 + n + 1
	}
	r, size := utf8.DecodeRuneInString(src[i+1:])
	open := i + 1 + size
	if open >= len(src) || src[open] != '\'' || !isRawDelimiter(r) {
		return Illegal, 0
	}
	closing := "'" + src[i+1:open]
	n := strings.Index(src[open+1:], closing)
	if n < 0 {
		return Illegal, len(src)
	}
	return RawString, open + 1 + n + len(closing)
}

func isRawDelimiter(r rune) bool {
	return r != utf8.RuneError && !strings.ContainsRune(" \t\r\n'+*,=<>()[]{}#_", r) &&
		!(r < 0x80 && (isLetter(byte(r)) || isDigit(byte(r))))
}
