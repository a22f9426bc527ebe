package query

import (
	"github.com/golsf/golsf/runtime/value"
)

// ungroup distributes the total of a part over its rows: in proportion to the
// weights, or in order up to the limits. Strict gives what is left over to the
// first row (PROPORTION) or the last one (LIMIT).
func (p *partitioning) ungroup(q *part, vals []value.Value) {
	if len(q.rows) == 0 || q.rows[0].total.IsNull() {
		return
	}
	if p.x.Limit {
		p.ungroupLimit(q, vals)
		return
	}
	p.ungroupProportion(q, vals)
}

// calc runs arithmetic whose errors belong to the operator's place.
type calc struct{ p *partitioning }

func (c calc) check(v value.Value, err error) value.Value {
	if err != nil {
		Throw(c.p.x.Span, err)
	}
	return v
}

func (c calc) add(a, b value.Value) value.Value { return c.check(value.Add(a, b)) }
func (c calc) sub(a, b value.Value) value.Value { return c.check(value.Sub(a, b)) }

func (p *partitioning) ungroupProportion(q *part, vals []value.Value) {
	c := calc{p}
	var weights value.Value
	for _, r := range q.rows {
		if weights.IsNull() {
			weights = r.vals[0]
		} else {
			weights = c.add(weights, r.vals[0])
		}
	}
	total := q.rows[0].total
	left := total
	if !weights.IsZero() {
		for _, r := range q.rows {
			share := c.check(value.Mul(total, r.vals[0]))
			if p.digits == nil {
				share = c.check(value.Div(share, weights))
			} else {
				share = p.rounded(c.check(value.Div(asNumeric(share), weights)), q.digits)
			}
			vals[r.at] = share
			left = c.sub(left, share)
		}
	} else if p.x.Strict {
		for _, r := range q.rows {
			vals[r.at] = p.scaled(q, c.sub(total, total))
		}
	}
	if p.x.Strict {
		first := q.rows[0].at
		vals[first] = p.scaled(q, c.add(vals[first], left))
	}
}

func (p *partitioning) scaled(q *part, v value.Value) value.Value {
	if p.digits == nil {
		return v
	}
	return p.rounded(v, q.digits)
}

// rounded is v with n digits after the point.
func (p *partitioning) rounded(v value.Value, n int) value.Value {
	r, err := value.Round(v, n)
	if err != nil {
		Throw(p.x.Span, err)
	}
	if n >= 0 && r.Kind() == value.Numeric {
		return value.Rescale(r, n)
	}
	return r
}

// asNumeric keeps the quotient of whole numbers from being cut before it is
// rounded.
func asNumeric(v value.Value) value.Value {
	if v.Kind() == value.Integer || v.Kind() == value.Long {
		return value.Decimal(v.Num(), 0)
	}
	return v
}

func (p *partitioning) ungroupLimit(q *part, vals []value.Value) {
	c := calc{p}
	left := q.rows[0].total
	zero := c.sub(left, left)
	for _, r := range q.rows {
		limit := r.vals[0]
		if value.Compare(limit, zero) <= 0 || value.Compare(left, zero) <= 0 {
			continue
		}
		given := limit
		if value.Compare(left, limit) < 0 {
			given = left
		}
		vals[r.at] = p.scaled(q, given)
		left = c.sub(left, given)
	}
	if p.x.Strict && !left.IsZero() {
		last := q.rows[len(q.rows)-1].at
		if !vals[last].IsNull() {
			left = c.add(left, vals[last])
		}
		vals[last] = p.scaled(q, left)
	}
}
