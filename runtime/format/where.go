package format

import (
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// WhereOp is the sign of a term of a Where.
type WhereOp uint8

const (
	OpEQ WhereOp = iota
	OpLT
	OpGT
	OpLE
	OpGE
	OpIN
)

var opTexts = [...]string{"=", "<", ">", "<=", ">=", " IN "}

// WhereTerm is one comparison of a Where.
type WhereTerm struct {
	Or     bool // joined with the terms before it by OR, else by AND
	Not    bool
	Field  string
	Op     WhereOp
	Values []string // one, or those of IN
}

// String is the term as written.
func (t *WhereTerm) String() string {
	v := strings.Join(t.Values, ",")
	if t.Op == OpIN {
		v = "(" + v + ")"
	}
	return t.Field + opTexts[t.Op] + v
}

// Where is the condition of IMPORT … WHERE: terms joined from left to right
// without precedence. It is immutable.
type Where struct {
	Terms []WhereTerm
}

// RowField is the field name that stands for the number of a row.
const RowField = "@ROW"

// IsRow reports whether the term compares the number of the row.
func (t *WhereTerm) IsRow() bool { return strings.EqualFold(t.Field, RowField) }

// ParseWhere reads a condition: terms FIELD SIGN VALUE with the signs =, <, >,
// <=, >= and IN, before each NOT, between them AND or OR in upper case. Spaces
// around signs are allowed; fields and values hold none, nor = < >. A text
// without any term gives nil: every row is kept. What cannot be read is an
// error with CodeWhere that names the place.
//
// Source: IMPORT_operator.md, product decision 46.
func ParseWhere(text string) (*Where, error) {
	p := whereParser{text: text}
	w := &Where{}
	for {
		p.space()
		if p.pos == len(p.text) && len(w.Terms) == 0 {
			return nil, nil
		}
		or := false
		if len(w.Terms) > 0 {
			switch word := p.word(); word {
			case "":
				if p.pos == len(p.text) {
					return w, nil
				}
				return nil, p.fail("AND or OR")
			case "AND":
			case "OR":
				or = true
			default:
				p.pos -= len(word)
				return nil, p.fail("AND or OR")
			}
			p.space()
		}
		t, err := p.term()
		if err != nil {
			return nil, err
		}
		t.Or = or
		w.Terms = append(w.Terms, t)
	}
}

type whereParser struct {
	text string
	pos  int
}

func (p *whereParser) fail(want string) error {
	rest := p.text[p.pos:]
	if rest == "" {
		return value.Errorf(CodeWhere, "the WHERE of the IMPORT ends at character %d where %s is expected", p.pos+1, want)
	}
	if len(rest) > 20 {
		rest = strings.ToValidUTF8(rest[:20], "") + "…"
	}
	return value.Errorf(CodeWhere, "the WHERE of the IMPORT has %q at character %d where %s is expected", rest, p.pos+1, want)
}

func (p *whereParser) space() {
	for p.pos < len(p.text) && isBlank(p.text[p.pos]) {
		p.pos++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// word takes the characters up to a blank or a sign.
func (p *whereParser) word() string {
	start := p.pos
	for p.pos < len(p.text) && !isBlank(p.text[p.pos]) && strings.IndexByte("=<>", p.text[p.pos]) < 0 {
		p.pos++
	}
	return p.text[start:p.pos]
}

func (p *whereParser) term() (t WhereTerm, err error) {
	t.Field = p.word()
	if t.Field == "NOT" {
		p.space()
		if f := p.word(); f != "" {
			t.Not, t.Field = true, f
		}
	}
	if t.Field == "" {
		return t, p.fail("a field name")
	}
	p.space()
	if t.Op, err = p.op(); err != nil {
		return t, err
	}
	p.space()
	if t.Op == OpIN {
		t.Values, err = p.list()
	} else if v := p.word(); v != "" {
		t.Values = []string{v}
	} else {
		err = p.fail("a value")
	}
	if err == nil && t.IsRow() {
		for _, v := range t.Values {
			if _, bad := strconv.Atoi(v); bad != nil {
				return t, value.Errorf(CodeWhere, "the WHERE of the IMPORT compares %s with %q, which is no whole number", RowField, v)
			}
		}
	}
	return t, err
}

func (p *whereParser) op() (WhereOp, error) {
	rest := p.text[p.pos:]
	for _, op := range [...]WhereOp{OpLE, OpGE, OpEQ, OpLT, OpGT} {
		if strings.HasPrefix(rest, opTexts[op]) {
			p.pos += len(opTexts[op])
			if p.pos < len(p.text) && strings.IndexByte("=<>", p.text[p.pos]) >= 0 {
				return 0, p.fail("a value")
			}
			return op, nil
		}
	}
	if strings.HasPrefix(rest, "IN") && (len(rest) == 2 || isBlank(rest[2]) || rest[2] == '(') {
		p.pos += 2
		return OpIN, nil
	}
	return 0, p.fail("one of = < > <= >= IN")
}

func (p *whereParser) list() ([]string, error) {
	if p.pos == len(p.text) || p.text[p.pos] != '(' {
		return nil, p.fail("(")
	}
	end := strings.IndexByte(p.text[p.pos:], ')')
	if end < 0 {
		return nil, p.fail("a list in parentheses")
	}
	inner := p.text[p.pos+1 : p.pos+end]
	p.pos += end + 1
	if p.pos < len(p.text) && !isBlank(p.text[p.pos]) {
		return nil, p.fail("AND or OR")
	}
	vs := strings.Split(inner, ",")
	for i, v := range vs {
		vs[i] = strings.TrimSpace(v)
	}
	return vs, nil
}

// Match tells whether a row is kept. row is its number for @ROW. test compares
// one field of the row with a term and says NULL (isNull) or the outcome of the
// comparison without NOT; most readers pass a call of CompareText.
func (w *Where) Match(row int, test func(t *WhereTerm) (isNull, holds bool, err error)) (bool, error) {
	if w == nil {
		return true, nil
	}
	kept := true
	for i := range w.Terms {
		t := &w.Terms[i]
		isNull, holds := false, false
		if t.IsRow() {
			holds = t.compareRow(row)
		} else {
			var err error
			if isNull, holds, err = test(t); err != nil {
				return false, err
			}
		}
		holds = !isNull && holds != t.Not
		switch {
		case i == 0:
			kept = holds
		case t.Or:
			kept = kept || holds
		default:
			kept = kept && holds
		}
	}
	return kept, nil
}

func (t *WhereTerm) compareRow(row int) bool {
	for _, v := range t.Values {
		n, err := strconv.Atoi(v)
		if err == nil && t.holds(row-n) {
			return true
		}
	}
	return false
}

// holds tells what a comparison with the outcome c (<0, 0, >0) means for t.
func (t *WhereTerm) holds(c int) bool {
	switch t.Op {
	case OpLT:
		return c < 0
	case OpGT:
		return c > 0
	case OpLE:
		return c <= 0
	case OpGE:
		return c >= 0
	}
	return c == 0
}

// CompareText compares a text with the term, without NOT.
func (t *WhereTerm) CompareText(text string) bool {
	for _, v := range t.Values {
		if t.holds(strings.Compare(text, v)) {
			return true
		}
	}
	return false
}

// Holds tells whether a comparison of the field with the term's one value that
// came out as c (<0, 0, >0) fulfils the term, without NOT.
func (t *WhereTerm) Holds(c int) bool { return t.holds(c) }
