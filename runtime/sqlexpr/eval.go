package sqlexpr

import (
	"github.com/golsf/golsf/runtime/value"
)

// node is a part of a compiled formula.
type node interface {
	eval(f *frame) (datum, error)
}

type (
	literal struct{ d datum }
	param   struct{ i int }
	not     struct{ x node }
	negate  struct{ x node }
	logic   struct {
		a, b node
		or   bool
	}
	binary struct {
		a, b node
		op   string
		fn   operator
	}
	cast struct {
		x   node
		typ sqlType
	}
	subscript struct{ x, i node }
	isTest    struct {
		x, y    node
		what    string
		negated bool
	}
	like struct {
		x, pattern, escape node
		ignoreCase         bool
	}
	anyOf struct {
		x, list node
		op      string
		all     bool
	}
	caseNode struct {
		of, otherwise node
		when, then    []node
	}
	call struct {
		name   string
		args   []node
		fn     function
		failed error
	}
)

func (n *literal) eval(*frame) (datum, error) { return n.d, nil }

func (n *param) eval(f *frame) (datum, error) {
	if n.i >= len(f.params) {
		return datum{}, nil
	}
	return parameter(f.params[n.i]), nil
}

func (n *not) eval(f *frame) (datum, error) {
	d, err := n.x.eval(f)
	if err != nil || d.isNull() {
		return d, err
	}
	return truth(!d.isTrue()), nil
}

func (n *negate) eval(f *frame) (datum, error) {
	d, err := n.x.eval(f)
	if err != nil || d.isNull() {
		return d, err
	}
	if d.span != nil {
		s := d.span.scaled(-1)
		return datum{span: &s}, nil
	}
	v, err := value.Neg(d.Value)
	return some(v), err
}

// eval of AND and OR keeps to three values and does not evaluate b when a
// decides.
func (n *logic) eval(f *frame) (datum, error) {
	a, err := n.a.eval(f)
	if err != nil || !a.isNull() && a.isTrue() == n.or {
		return truth(n.or), err
	}
	b, err := n.b.eval(f)
	switch {
	case err != nil:
		return datum{}, err
	case !b.isNull() && b.isTrue() == n.or:
		return truth(n.or), nil
	case a.isNull() || b.isNull():
		return datum{}, nil
	}
	return truth(!n.or), nil
}

func (n *binary) eval(f *frame) (datum, error) {
	a, err := n.a.eval(f)
	if err != nil {
		return a, err
	}
	b, err := n.b.eval(f)
	if err != nil || a.isNull() || b.isNull() {
		return datum{}, err
	}
	return n.fn(f, a, b)
}

func (n *cast) eval(f *frame) (datum, error) {
	d, err := n.x.eval(f)
	if err != nil || d.isNull() {
		return datum{}, err
	}
	return convert(f, d, n.typ)
}

func (n *subscript) eval(f *frame) (datum, error) {
	d, err := n.x.eval(f)
	if err != nil || d.isNull() {
		return datum{}, err
	}
	i, err := n.i.eval(f)
	if err != nil || i.isNull() {
		return datum{}, err
	}
	if d.Kind() == value.JSON {
		return jsonGet(d, i, false)
	}
	at, err := value.Cast(i.Value, value.ClassInteger)
	if !d.isArray || err != nil {
		return datum{}, errorf("%s has no elements", typeWord(d))
	}
	if at.IsNull() || at.Num() < 1 || at.Num() > int64(len(d.array)) {
		return datum{}, nil
	}
	return d.array[at.Num()-1], nil
}

func (n *isTest) eval(f *frame) (datum, error) {
	d, err := n.x.eval(f)
	if err != nil {
		return d, err
	}
	var holds bool
	switch n.what {
	case "null":
		holds = d.isNull()
	case "true":
		holds = !d.isNull() && d.isTrue()
	case "false":
		holds = !d.isNull() && !d.isTrue()
	case "distinct":
		e, err := n.y.eval(f)
		if err != nil {
			return e, err
		}
		holds = d.isNull() != e.isNull()
		if !d.isNull() && !e.isNull() {
			c, err := compare(f, d, e)
			if err != nil {
				return d, err
			}
			holds = c != 0
		}
	}
	return truth(holds != n.negated), nil
}

func (n *like) eval(f *frame) (datum, error) {
	x, err := n.x.eval(f)
	if err != nil {
		return x, err
	}
	p, err := n.pattern.eval(f)
	if err != nil || x.isNull() || p.isNull() {
		return datum{}, err
	}
	escape := "\\"
	if n.escape != nil {
		e, err := n.escape.eval(f)
		if err != nil || e.isNull() {
			return datum{}, err
		}
		escape = textOf(e)
	}
	return truth(matchLike(textOf(x), textOf(p), escape, n.ignoreCase)), nil
}

func (n *anyOf) eval(f *frame) (datum, error) {
	x, err := n.x.eval(f)
	if err != nil {
		return x, err
	}
	list, err := n.list.eval(f)
	if err != nil || x.isNull() || list.isNull() {
		return datum{}, err
	}
	if list.unknown {
		if list, err = convert(f, list, sqlType{name: "text", array: true}); err != nil {
			return datum{}, err
		}
	}
	if !list.isArray {
		return datum{}, errorf("%s needs an array", "ANY or ALL")
	}
	unknown := false
	for _, item := range list.array {
		if item.isNull() {
			unknown = true
			continue
		}
		d, err := operators[n.op](f, x, item)
		if err != nil {
			return d, err
		}
		if d.isTrue() != n.all {
			return truth(!n.all), nil
		}
	}
	if unknown {
		return datum{}, nil
	}
	return truth(n.all), nil
}

func (n *caseNode) eval(f *frame) (datum, error) {
	for i, when := range n.when {
		d, err := when.eval(f)
		if err != nil {
			return d, err
		}
		if !d.isNull() && d.isTrue() {
			return n.then[i].eval(f)
		}
	}
	if n.otherwise == nil {
		return datum{}, nil
	}
	return n.otherwise.eval(f)
}

func (n *call) eval(f *frame) (datum, error) {
	if n.failed != nil {
		return datum{}, n.failed
	}
	if n.fn.lazy != nil {
		return n.fn.lazy(f, n.args)
	}
	args := make([]datum, len(n.args))
	for i, a := range n.args {
		d, err := a.eval(f)
		if err != nil || d.isNull() && !n.fn.nulls {
			return datum{}, err
		}
		args[i] = d
	}
	return n.fn.call(f, args)
}
