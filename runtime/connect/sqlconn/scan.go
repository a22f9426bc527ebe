package sqlconn

import (
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// lexis tells what a database reads as quotes and comments.
type lexis struct {
	backslash   bool   // \ escapes inside '…'
	doubleText  bool   // "…" is a text with the same escapes
	backtick    bool   // `…` quotes a name
	bracket     bool   // […] quotes a name
	dollar      bool   // $tag$…$tag$ quotes a text
	hash        bool   // # begins a comment
	nested      bool   // /* */ nest
	escapePrefx bool   // E'…' has backslash escapes
	triggers    bool   // CREATE TRIGGER has a body of statements up to "; END"
	question    string // what a "?" outside quotes becomes; "" leaves it
	whole       bool   // so have CREATE PROCEDURE, FUNCTION … and blocks
}

// piece is SQL text, or the parameter of that index (from 1) when it is not 0.
// Inside quotes it stands in text, the quoted text around it.
type piece struct {
	text   string
	param  int
	quoted bool
}

// statement is one SQL statement of a text.
type statement struct {
	pieces []piece
	words  []string // first words in capitals, at most six
}

func (s *statement) word(i int) string {
	if i < len(s.words) {
		return s.words[i]
	}
	return ""
}

// scanner cuts a text into statements and parameters.
type scanner struct {
	src    string
	lex    lexis
	params int

	pos, start int // start of the text not yet in a piece
	out        []statement
	cur        statement
	blank      bool // cur has no token yet
	body       bool // cur is a trigger or function whose body holds ";"
	semi       bool // the last token was ";"
	ended      bool // the last tokens were "; END"
}

// scan splits src at ";" outside quotes and comments. params is the number of
// parameters: outside quotes $N has to be one of them, inside a quoted text it is
// text when it is none.
func scan(src string, lex lexis, params int) ([]statement, error) {
	s := &scanner{src: src, lex: lex, params: params, blank: true}
	for s.pos < len(src) {
		if err := s.token(); err != nil {
			return nil, err
		}
	}
	s.finish(len(src))
	return s.out, nil
}

// finish ends the current statement at end; one without tokens is dropped.
func (s *scanner) finish(end int) {
	s.text(end)
	if !s.blank {
		s.out = append(s.out, s.cur)
	}
	s.cur, s.blank, s.body, s.semi, s.ended = statement{}, true, false, false, false
}

func (s *scanner) text(end int) {
	if end > s.start {
		s.cur.pieces = append(s.cur.pieces, piece{text: s.src[s.start:end]})
	}
	s.start = end
}

func (s *scanner) token() error {
	c := s.src[s.pos]
	rest := s.src[s.pos:]
	switch {
	case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f':
		s.pos++
		return nil
	case strings.HasPrefix(rest, "--"), c == '#' && s.lex.hash:
		s.skipLine()
		return nil
	case strings.HasPrefix(rest, "/*"):
		s.skipComment()
		return nil
	case c == ';':
		s.semicolon()
		return nil
	}
	s.blank = false
	semi := s.semi
	s.semi, s.ended = false, false
	switch {
	case c == '\'':
		escapes := s.lex.backslash || s.lex.escapePrefx && s.pos > 0 && (s.src[s.pos-1] == 'E' || s.src[s.pos-1] == 'e')
		return s.quoted('\'', escapes)
	case c == '"':
		return s.quoted('"', s.lex.doubleText && s.lex.backslash)
	case c == '`' && s.lex.backtick:
		return s.quoted('`', false)
	case c == '[' && s.lex.bracket:
		return s.quoted(']', false)
	case c == '$' && len(rest) > 1 && isDigit(rest[1]):
		return s.parameter()
	case c == '$' && s.lex.dollar:
		return s.dollarQuoted()
	case isWord(c):
		end := s.pos
		for end < len(s.src) && (isWord(s.src[end]) || isDigit(s.src[end])) {
			end++
		}
		s.keyword(strings.ToUpper(s.src[s.pos:end]), semi)
		s.pos = end
	case isDigit(c):
		for s.pos < len(s.src) && (isDigit(s.src[s.pos]) || isWord(s.src[s.pos]) || s.src[s.pos] == '.') {
			s.pos++
		}
	case c == '?' && s.lex.question != "":
		s.text(s.pos)
		s.cur.pieces = append(s.cur.pieces, piece{text: s.lex.question})
		s.pos++
		s.start = s.pos
	default:
		s.pos++
	}
	return nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

// keyword notes the first words and finds the statements with bodies.
func (s *scanner) keyword(word string, afterSemi bool) {
	if len(s.cur.words) < 6 {
		s.cur.words = append(s.cur.words, word)
	} else if word != "END" && word != "ATOMIC" {
		return
	}
	first := s.cur.words[0]
	switch word {
	case "TRIGGER", "PROCEDURE", "FUNCTION", "PACKAGE", "EVENT":
		if second := s.cur.word(1); first == "CREATE" && second != "TABLE" && second != "VIEW" && second != "INDEX" {
			s.body = s.lex.whole || s.lex.triggers && word == "TRIGGER"
		}
	case "ATOMIC":
		s.body = s.body || first == "CREATE"
	case "END":
		s.ended = afterSemi
	case "BEGIN", "DECLARE":
		if s.lex.whole && len(s.cur.words) == 1 && !s.transactional() {
			s.body = true
		}
	}
}

// transactional looks ahead whether BEGIN begins a transaction.
func (s *scanner) transactional() bool {
	end := strings.IndexByte(s.src[s.pos:], ';')
	if end < 0 {
		end = len(s.src) - s.pos
	}
	words := strings.Fields(strings.ToUpper(s.src[s.pos : s.pos+end]))
	return len(words) == 1 || len(words) > 1 && (words[1] == "TRANSACTION" || words[1] == "TRAN" || words[1] == "WORK")
}

func (s *scanner) semicolon() {
	if s.body && !s.ended {
		s.semi = true
		s.pos++
		return
	}
	end := s.pos
	if s.body && s.lex.whole {
		end++ // the block's own last ";"
	}
	s.finish(end)
	s.pos++
	s.start = s.pos
}

func (s *scanner) skipLine() {
	if i := strings.IndexByte(s.src[s.pos:], '\n'); i >= 0 {
		s.pos += i + 1
		return
	}
	s.pos = len(s.src)
}

func (s *scanner) skipComment() {
	depth := 0
	for s.pos < len(s.src) {
		switch {
		case strings.HasPrefix(s.src[s.pos:], "/*") && (depth == 0 || s.lex.nested):
			depth++
			s.pos += 2
		case strings.HasPrefix(s.src[s.pos:], "*/"):
			s.pos += 2
			if depth--; depth == 0 {
				return
			}
		default:
			s.pos++
		}
	}
}

// quoted skips to the closing quote; a doubled one does not close.
func (s *scanner) quoted(end byte, escapes bool) error {
	begin := s.pos
	for s.pos++; s.pos < len(s.src); s.pos++ {
		switch c := s.src[s.pos]; {
		case c == '\\' && escapes:
			s.pos++
		case c == end:
			if s.pos+1 < len(s.src) && s.src[s.pos+1] == end {
				s.pos++
				continue
			}
			s.pos++
			return s.inQuotes(begin)
		}
	}
	s.pos = min(s.pos, len(s.src))
	return s.inQuotes(begin)
}

func (s *scanner) dollarQuoted() error {
	rest := s.src[s.pos:]
	end := 1
	for end < len(rest) && (isWord(rest[end]) || isDigit(rest[end])) {
		end++
	}
	if end >= len(rest) || rest[end] != '$' {
		s.pos++
		return nil
	}
	tag := rest[:end+1]
	close := strings.Index(rest[end+1:], tag)
	if close < 0 {
		begin := s.pos
		s.pos = len(s.src)
		return s.inQuotes(begin)
	}
	begin := s.pos
	s.pos += end + 1 + close + len(tag)
	return s.inQuotes(begin)
}

// inQuotes takes the parameters out of the quoted text from begin to the current
// place.
func (s *scanner) inQuotes(begin int) error {
	whole := s.src[begin:s.pos]
	for i := begin; i+1 < s.pos; i++ {
		if s.src[i] != '$' || !isDigit(s.src[i+1]) {
			continue
		}
		n, size := index(s.src[i:s.pos])
		if n < 1 || n > s.params {
			continue
		}
		s.text(i)
		s.cur.pieces = append(s.cur.pieces, piece{text: whole, param: n, quoted: true})
		s.start = i + size
	}
	return nil
}

func shorten(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}

// index reads $N and gives N and its length.
func index(text string) (n, size int) {
	size = 1
	for size < len(text) && isDigit(text[size]) {
		size++
	}
	n, err := strconv.Atoi(text[1:size])
	if err != nil {
		return -1, size
	}
	return n, size
}

func (s *scanner) parameter() error {
	n, size := index(s.src[s.pos:])
	if n < 1 || n > s.params {
		return value.Errorf(connect.CodeCall, "%s has no parameter: PARAMS has %d", s.src[s.pos:s.pos+size], s.params)
	}
	s.text(s.pos)
	s.cur.pieces = append(s.cur.pieces, piece{param: n})
	s.pos += size
	s.start = s.pos
	return nil
}
