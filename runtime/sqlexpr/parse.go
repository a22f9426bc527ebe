package sqlexpr

import (
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// maxDepth bounds the nesting of a formula.
const maxDepth = 200

type parser struct {
	text   string
	toks   []token
	at     int
	names  []string
	params int
	depth  int
}

func (p *parser) peek() token { return p.toks[p.at] }

func (p *parser) next() token {
	t := p.toks[p.at]
	if t.kind != tokEnd {
		p.at++
	}
	return t
}

// is and take look for an operator or a keyword.
func (p *parser) is(text string) bool {
	t := p.peek()
	return (t.kind == tokOp || t.kind == tokWord) && t.text == text
}

func (p *parser) take(text string) bool {
	if p.is(text) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if !p.take(text) {
		return p.unexpected("'" + text + "' is expected")
	}
	return nil
}

func (p *parser) unexpected(what string) error {
	t := p.peek()
	if t.kind == tokEnd {
		return problem(p.text, t.pos, "%s, but the text ends", what)
	}
	return problem(p.text, t.pos, "%s, not '%s'", what, t.text)
}

// formula reads the whole text: an expression, or SELECT expression.
func (p *parser) formula() (node, error) {
	n, err := p.query()
	if err != nil {
		return nil, err
	}
	p.take(";")
	if p.peek().kind != tokEnd {
		if p.is("from") || p.is("where") || p.is("union") || p.is("offset") || p.is("limit") {
			return nil, problem(p.text, p.peek().pos, "a query over tables cannot be evaluated without a database")
		}
		return nil, p.unexpected("an operator is expected")
	}
	return n, nil
}

// query reads an expression with or without SELECT before it.
func (p *parser) query() (node, error) {
	if !p.take("select") {
		return p.expr(0)
	}
	n, err := p.expr(0)
	if err == nil && p.take("as") {
		p.next()
	}
	return n, err
}

// Binding powers of the operators, from weak to strong.
const (
	bpOr = iota + 1
	bpAnd
	bpNot
	bpIs
	bpCompare
	bpLike
	bpOther
	bpAdd
	bpMul
	bpPower
	bpZone
	bpSign
)

func infixPower(t token) int {
	switch t.kind {
	case tokWord:
		switch t.text {
		case "or":
			return bpOr
		case "and":
			return bpAnd
		case "is", "isnull", "notnull":
			return bpIs
		case "like", "ilike", "between", "in", "not", "similar":
			return bpLike
		case "at":
			return bpZone
		}
		return 0
	case tokOp:
		switch t.text {
		case "<", ">", "=", "<=", ">=", "<>", "!=":
			return bpCompare
		case "+", "-":
			return bpAdd
		case "*", "/", "%":
			return bpMul
		case "^":
			return bpPower
		case "(", ")", "[", "]", ",", ";", ".", "::", ":":
			return 0
		}
		return bpOther
	}
	return 0
}

func (p *parser) expr(min int) (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, problem(p.text, p.peek().pos, "nesting is too deep")
	}
	defer func() { p.depth-- }()
	left, err := p.prefix()
	if err != nil {
		return nil, err
	}
	for {
		t := p.peek()
		bp := infixPower(t)
		if bp == 0 || bp <= min {
			return left, nil
		}
		p.at++
		if left, err = p.infix(left, t, bp); err != nil {
			return nil, err
		}
	}
}

func (p *parser) prefix() (node, error) {
	t := p.peek()
	switch {
	case p.take("not"):
		x, err := p.expr(bpNot)
		return &not{x}, err
	case p.take("-"):
		x, err := p.expr(bpSign)
		return &negate{x}, err
	case p.take("+"):
		return p.expr(bpSign)
	case t.kind == tokOp && (t.text == "~" || t.text == "@"):
		p.at++
		x, err := p.expr(bpOther)
		name := map[string]string{"~": "bitnot", "@": "abs"}[t.text]
		return &call{name: name, args: []node{x}, fn: functions[name]}, err
	}
	x, err := p.primary()
	if err != nil {
		return nil, err
	}
	return p.postfix(x)
}

// postfix reads casts and subscripts.
func (p *parser) postfix(x node) (node, error) {
	for {
		switch {
		case p.take("::"):
			typ, err := p.typeName()
			if err != nil {
				return nil, err
			}
			x = &cast{x, typ}
		case p.take("["):
			i, err := p.expr(0)
			if err != nil {
				return nil, err
			}
			if err := p.expect("]"); err != nil {
				return nil, err
			}
			x = &subscript{x, i}
		default:
			return x, nil
		}
	}
}

func (p *parser) infix(left node, t token, bp int) (node, error) {
	if t.kind == tokWord {
		switch t.text {
		case "or", "and":
			right, err := p.expr(bp)
			return &logic{left, right, t.text == "or"}, err
		case "isnull", "notnull":
			return &isTest{x: left, what: "null", negated: t.text == "notnull"}, nil
		case "is":
			return p.isTest(left)
		case "at":
			if !p.take("time") || !p.take("zone") {
				return nil, p.unexpected("AT TIME ZONE is expected")
			}
			zone, err := p.expr(bp)
			return &call{name: "timezone", args: []node{zone, left}, fn: functions["timezone"]}, err
		}
		negated := t.text == "not"
		if negated {
			t = p.next()
		}
		var n node
		var err error
		switch t.text {
		case "between":
			n, err = p.between(left)
		case "in":
			n, err = p.in(left)
		case "like", "ilike":
			n, err = p.like(left, t.text == "ilike")
		case "similar":
			err = p.expect("to")
			if err == nil {
				var right node
				right, err = p.expr(bpLike)
				n = &call{name: "similar_to", args: []node{left, right}, fn: functions["similar_to"]}
			}
		default:
			return nil, problem(p.text, t.pos, "BETWEEN, IN or LIKE is expected after NOT")
		}
		if err == nil && negated {
			n = &not{n}
		}
		return n, err
	}
	if bp == bpCompare && (p.is("any") || p.is("some") || p.is("all")) {
		all := p.next().text == "all"
		if err := p.expect("("); err != nil {
			return nil, err
		}
		right, err := p.query()
		if err != nil {
			return nil, err
		}
		return &anyOf{left, right, t.text, all}, p.expect(")")
	}
	if _, ok := operators[t.text]; !ok {
		return nil, problem(p.text, t.pos, "the operator '%s' is not known", t.text)
	}
	right, err := p.expr(bp)
	return &binary{left, right, t.text, operators[t.text]}, err
}

func (p *parser) isTest(x node) (node, error) {
	n := &isTest{x: x, negated: p.take("not")}
	t := p.next()
	switch t.text {
	case "null", "true", "false", "unknown":
		n.what = t.text
		if t.text == "unknown" {
			n.what = "null"
		}
		return n, nil
	case "distinct":
		if err := p.expect("from"); err != nil {
			return nil, err
		}
		y, err := p.expr(bpIs)
		n.what, n.y = "distinct", y
		return n, err
	}
	return nil, problem(p.text, t.pos, "NULL, TRUE, FALSE or DISTINCT FROM is expected after IS")
}

func (p *parser) between(x node) (node, error) {
	p.take("symmetric")
	low, err := p.expr(bpLike)
	if err != nil {
		return nil, err
	}
	if err := p.expect("and"); err != nil {
		return nil, err
	}
	high, err := p.expr(bpLike)
	return &logic{
		a: &binary{x, low, ">=", operators[">="]},
		b: &binary{x, high, "<=", operators["<="]},
	}, err
}

func (p *parser) in(x node) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var n node
	for {
		y, err := p.query()
		if err != nil {
			return nil, err
		}
		var eq node = &binary{x, y, "=", operators["="]}
		if n != nil {
			eq = &logic{n, eq, true}
		}
		n = eq
		if !p.take(",") {
			return n, p.expect(")")
		}
	}
}

func (p *parser) like(x node, ignoreCase bool) (node, error) {
	pattern, err := p.expr(bpLike)
	if err != nil {
		return nil, err
	}
	n := &like{x: x, pattern: pattern, ignoreCase: ignoreCase}
	if p.take("escape") {
		n.escape, err = p.expr(bpLike)
	}
	return n, err
}

func (p *parser) primary() (node, error) {
	t := p.next()
	switch t.kind {
	case tokNumber:
		v, ok := numberLiteral(t.text)
		if !ok {
			return nil, problem(p.text, t.pos, "'%s' is not a number", t.text)
		}
		return &literal{datum{Value: v}}, nil
	case tokString:
		return &literal{datum{Value: value.String(t.text), unknown: true}}, nil
	case tokParam:
		i, ok := p.param(t)
		if !ok {
			return nil, problem(p.text, t.pos, "there is no parameter $%s", t.text)
		}
		return &param{i}, nil
	case tokOp:
		if t.text == "(" {
			x, err := p.query()
			if err != nil {
				return nil, err
			}
			if p.is("from") {
				return nil, problem(p.text, p.peek().pos, "a query over tables cannot be evaluated without a database")
			}
			return x, p.expect(")")
		}
	case tokWord, tokQuoted:
		return p.word(t)
	}
	if t.kind != tokEnd {
		p.at--
	}
	return nil, p.unexpected("an expression is expected")
}

// param gives the position of a parameter.
func (p *parser) param(t token) (int, bool) {
	if n, err := strconv.Atoi(t.text); err == nil {
		if n < 1 || n > 1000 {
			return 0, false
		}
		p.params = max(p.params, n)
		return n - 1, true
	}
	for i, name := range p.names {
		if name == t.text {
			p.params = max(p.params, i+1)
			return i, true
		}
	}
	return 0, false
}

func numberLiteral(s string) (value.Value, bool) {
	if strings.ContainsAny(s, ".eE") {
		return value.ParseNumericExp(s)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return value.ParseNumeric(s)
	}
	return intOf(n), true
}

// intOf is an int4 when n fits, else an int8.
func intOf(n int64) value.Value {
	if n == int64(int32(n)) {
		return value.Int(int32(n))
	}
	return value.Int64(n)
}

// word reads what begins with a name: a keyword's form, a typed literal, a
// constant or a call.
func (p *parser) word(t token) (node, error) {
	if t.kind == tokWord {
		switch t.text {
		case "null":
			return &literal{}, nil
		case "true":
			return &literal{datum{Value: value.TTrue}}, nil
		case "false":
			return &literal{datum{Value: value.TFalse}}, nil
		case "case":
			return p.caseExpr()
		case "array":
			if p.take("[") {
				args, err := p.list("]")
				return &call{name: "array", args: args, fn: functions["array"]}, err
			}
		case "exists":
			return nil, problem(p.text, t.pos, "a query over tables cannot be evaluated without a database")
		}
		if fn, ok := functions[t.text]; ok && fn.bare && !p.is("(") {
			return &call{name: t.text, fn: fn}, nil
		}
		if p.is("(") {
			switch t.text {
			case "cast":
				return p.castCall()
			case "extract", "substring", "position", "trim", "overlay":
				return p.keywordCall(t)
			}
		}
		if p.peek().kind == tokString {
			if typ, ok := typeOf(t.text); ok {
				s := p.next()
				return &cast{&literal{datum{Value: value.String(s.text), unknown: true}}, typ}, nil
			}
		}
	}
	if p.take(".") { // schema.function
		t = p.next()
	}
	if !p.take("(") {
		return nil, problem(p.text, t.pos, "the name '%s' is not known", t.text)
	}
	p.take("distinct")
	if p.is("*") {
		return nil, problem(p.text, t.pos, "an aggregate cannot be evaluated without a database")
	}
	args, err := p.list(")")
	return p.newCall(t, args), err
}

// newCall makes a call; an unknown function or a wrong number of arguments is
// an error when it is evaluated.
func (p *parser) newCall(t token, args []node) *call {
	c := &call{name: t.text, args: args}
	fn, ok := functions[t.text]
	switch {
	case !ok:
		c.failed = problem(p.text, t.pos, "the function '%s' is not known", t.text)
	case len(args) < fn.least || len(args) > fn.most:
		c.failed = problem(p.text, t.pos, "the function '%s' does not take %d arguments", t.text, len(args))
	}
	c.fn = fn
	return c
}

func (p *parser) list(end string) ([]node, error) {
	var args []node
	if p.take(end) {
		return nil, nil
	}
	for {
		x, err := p.query()
		if err != nil {
			return nil, err
		}
		args = append(args, x)
		if !p.take(",") {
			return args, p.expect(end)
		}
	}
}

func (p *parser) caseExpr() (node, error) {
	n := &caseNode{}
	var err error
	if !p.is("when") {
		if n.of, err = p.expr(0); err != nil {
			return nil, err
		}
	}
	for p.take("when") {
		var when, then node
		if when, err = p.expr(0); err != nil {
			return nil, err
		}
		if err = p.expect("then"); err != nil {
			return nil, err
		}
		if then, err = p.expr(0); err != nil {
			return nil, err
		}
		if n.of != nil {
			when = &binary{n.of, when, "=", operators["="]}
		}
		n.when, n.then = append(n.when, when), append(n.then, then)
	}
	if len(n.when) == 0 {
		return nil, p.unexpected("WHEN is expected")
	}
	if p.take("else") {
		if n.otherwise, err = p.expr(0); err != nil {
			return nil, err
		}
	}
	return n, p.expect("end")
}

func (p *parser) castCall() (node, error) {
	p.at++ // (
	x, err := p.query()
	if err != nil {
		return nil, err
	}
	if err := p.expect("as"); err != nil {
		return nil, err
	}
	typ, err := p.typeName()
	if err != nil {
		return nil, err
	}
	return &cast{x, typ}, p.expect(")")
}

// keywordCall reads the functions with words between their arguments.
func (p *parser) keywordCall(t token) (node, error) {
	p.at++ // (
	name := t.text
	var args []node
	switch name {
	case "extract":
		field := p.next()
		if field.kind != tokWord && field.kind != tokString {
			return nil, problem(p.text, field.pos, "a part of a date is expected")
		}
		if err := p.expect("from"); err != nil {
			return nil, err
		}
		x, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		c := p.newCall(token{tokWord, "extract", t.pos}, []node{&literal{datum{Value: value.String(strings.ToLower(field.text))}}, x})
		return c, p.expect(")")
	case "position":
		a, err := p.expr(bpLike) // IN is not an operator here
		if err != nil {
			return nil, err
		}
		if err := p.expect("in"); err != nil {
			return nil, err
		}
		b, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		return p.newCall(token{tokWord, "strpos", t.pos}, []node{b, a}), p.expect(")")
	case "trim":
		name = "btrim"
		switch {
		case p.take("leading"):
			name = "ltrim"
		case p.take("trailing"):
			name = "rtrim"
		default:
			p.take("both")
		}
		if p.take("from") {
			x, err := p.expr(0)
			if err != nil {
				return nil, err
			}
			return p.newCall(token{tokWord, name, t.pos}, []node{x}), p.expect(")")
		}
	}
	x, err := p.query()
	if err != nil {
		return nil, err
	}
	args = append(args, x)
	for !p.is(")") {
		sep := p.next()
		if sep.text != "," && sep.text != "from" && sep.text != "for" && sep.text != "placing" {
			p.at--
			return nil, p.unexpected("',' or ')' is expected")
		}
		if sep.text == "for" && len(args) == 1 {
			args = append(args, &literal{datum{Value: value.Int(1)}})
		}
		if x, err = p.expr(0); err != nil {
			return nil, err
		}
		args = append(args, x)
		if sep.text == "from" && name == "btrim" || sep.text == "from" && (name == "ltrim" || name == "rtrim") {
			args[0], args[1] = args[1], args[0]
		}
	}
	return p.newCall(token{tokWord, name, t.pos}, args), p.expect(")")
}
