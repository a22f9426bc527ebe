// Package sqlexpr evaluates scalar expressions of PostgreSQL, the texts of
// FORMULA, without a database: operators, CASE, casts, and the functions on
// texts, numbers, dates, JSON and arrays that programs use. It keeps
// PostgreSQL's three-valued logic and its rules of numbers; a text that needs
// tables, or a function that is not known, compiles and is an error when it is
// called, so that a module with it still loads.
//
// Source: FORMULA_operator, Custom_formula_FORMULA, recorded answers.
package sqlexpr

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/golsf/golsf/runtime/value"
)

// Env is what formulas see of the world. The zero Env has the system's clock
// and random numbers. It may be shared by goroutines and must not be copied.
type Env struct {
	Now      func() time.Time // nil: time.Now; its zone is that of DATETIME
	Random   func() float64   // nil: math/rand
	Patterns Patterns         // compiled regular expressions

	memo memo
}

// memo keeps the rows of the last table-valued call that was asked key by key.
type memo struct {
	mu    sync.Mutex
	sql   string
	in    value.Value
	rows  []Row
	index map[string]int // of keys that are texts
}

// Part is the value of one key in the rows of the function named by sql
// (jsonb_each …) of a JSON value or array: what a loop over the keys asks for
// one by one. NULL when there is no such key.
func (e *Env) Part(ctx context.Context, sql string, in, key value.Value) (value.Value, error) {
	if in.IsNull() || key.IsNull() {
		return value.Value{}, nil
	}
	fn := tableFunctions[sql]
	if fn == nil {
		return value.Value{}, errorf("the function '%s' gives no rows", sql)
	}
	e.memo.mu.Lock()
	defer e.memo.mu.Unlock()
	m := &e.memo
	if m.sql != sql || m.in.Kind() != in.Kind() || !value.Equal(m.in, in) {
		rows, err := fn(&frame{ctx: ctx, env: e}, []datum{parameter(in)})
		if err != nil {
			return value.Value{}, err
		}
		m.sql, m.in, m.rows, m.index = sql, in, rows, nil
	}
	if key.Kind() != value.Text {
		if n := key.Num(); isWhole(some(key)) && n >= 1 && n <= int64(len(m.rows)) {
			return m.rows[n-1].Value, nil
		}
		return value.Value{}, nil
	}
	if m.index == nil {
		m.index = make(map[string]int, len(m.rows))
		for i := range m.rows {
			m.index[m.rows[i].Key.Str()] = i
		}
	}
	if i, ok := m.index[key.Str()]; ok {
		return m.rows[i].Value, nil
	}
	return value.Value{}, nil
}

func (e *Env) now() time.Time {
	if e == nil || e.Now == nil {
		return time.Now()
	}
	return e.Now()
}

func (e *Env) random() float64 {
	if e == nil || e.Random == nil {
		return rand.Float64()
	}
	return e.Random()
}

// Expr is a compiled formula. It is immutable and safe for use by several
// goroutines.
type Expr struct {
	text   string
	root   node
	params int
	failed error // what Eval answers when the text is not an expression of ours
	world  *Env  // for calls without one
}

// Compile reads the text of a formula. Parameters are $1, $2 …, or $name for
// the names given, in that order. A text that is not a scalar expression (a
// query over tables, a syntax not known) is no error here but at Eval; only a
// malformed text (an open string or bracket) is an error.
func Compile(text string, names ...string) (*Expr, error) {
	e := &Expr{text: text, world: &Env{}}
	toks, err := lex(text)
	if err != nil {
		return nil, err
	}
	if err := balanced(text, toks); err != nil {
		return nil, err
	}
	p := parser{text: text, toks: toks, names: names}
	for _, t := range toks {
		if t.kind == tokParam {
			p.param(t) // counts them even when the rest cannot be read
		}
	}
	e.root, err = p.formula()
	e.params = p.params
	if err != nil {
		e.failed = err
	}
	return e, nil
}

// balanced checks the brackets of a text.
func balanced(text string, toks []token) error {
	var open []token
	for _, t := range toks {
		if t.kind != tokOp {
			continue
		}
		switch t.text {
		case "(", "[":
			open = append(open, t)
		case ")", "]":
			if len(open) == 0 || (open[len(open)-1].text == "(") != (t.text == ")") {
				return problem(text, t.pos, "a bracket that was not opened")
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return problem(text, open[len(open)-1].pos, "a bracket that is not closed")
	}
	return nil
}

// Params is the number of parameters: the highest number or named position.
func (e *Expr) Params() int { return e.params }

// frame is one evaluation.
type frame struct {
	ctx    context.Context
	env    *Env
	params []value.Value
}

// Eval computes the formula. Missing parameters are NULL; without an env the
// system's clock and random numbers serve. The value has the
// class that PostgreSQL gives it, SQL's true and false are TTRUE and TFALSE;
// Result brings it to the class of a property. Errors are *value.Error.
func (e *Expr) Eval(ctx context.Context, env *Env, params []value.Value) (value.Value, error) {
	if e.failed != nil {
		return value.Value{}, e.failed
	}
	if env == nil {
		env = e.world
	}
	d, err := e.root.eval(&frame{ctx, env, params})
	if err != nil {
		return value.Value{}, err
	}
	return d.result()
}

// Row is one row of a table-valued formula.
type Row struct {
	Key   value.Value // the key of an object, or the row's number from 1
	Value value.Value
}

// IsTable reports whether the formula is a call of a function that gives rows:
// unnest, jsonb_array_elements, jsonb_each and their like.
func (e *Expr) IsTable() bool {
	c, ok := e.root.(*call)
	return ok && tableFunctions[c.name] != nil
}

// Rows computes the rows of a table-valued formula in their order.
func (e *Expr) Rows(ctx context.Context, env *Env, params []value.Value) ([]Row, error) {
	if e.failed != nil {
		return nil, e.failed
	}
	c, ok := e.root.(*call)
	if !ok || tableFunctions[c.name] == nil {
		return nil, problem(e.text, 0, "a function that gives rows is expected")
	}
	if env == nil {
		env = e.world
	}
	f := &frame{ctx, env, params}
	args := make([]datum, len(c.args))
	for i, a := range c.args {
		var err error
		if args[i], err = a.eval(f); err != nil {
			return nil, err
		}
		if args[i].isNull() {
			return nil, nil
		}
	}
	rows, err := tableFunctions[c.name](f, args)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if rows[i].Key.IsNull() {
			rows[i].Key = value.Int(int32(i + 1))
		}
	}
	return rows, nil
}

// Result brings the value of a formula to the class of its property: for
// BOOLEAN false is NULL and any other value TRUE; the unknown class keeps it,
// but false is NULL and true TRUE.
func Result(v value.Value, c value.Class) (value.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	if v.Kind() == value.TBoolean && c.Name != value.NameTBoolean {
		if v.Num() == 0 {
			if c.Name == value.NameBoolean || !c.Known() {
				return value.Value{}, nil
			}
		} else if c.Name == value.NameBoolean || !c.Known() {
			return value.True, nil
		}
	}
	if !c.Known() || c.IsObject() {
		return v, nil
	}
	if c.Name == value.NameBoolean {
		return value.True, nil
	}
	if c.Kind() == value.File && v.Kind() == value.Text {
		return value.Cast(v, c)
	}
	if k := v.Kind(); c.Name == value.NameNumeric && c.Prec >= 0 && k >= value.Integer && k <= value.Double {
		return value.Rescale(v, int(c.Scale)), nil // the digits in front are not limited
	}
	return value.Assign(v, c)
}

// Call evaluates one of the scalar functions by its PostgreSQL name with
// arguments already computed, as Eval would for "name($1, $2 …)".
func Call(ctx context.Context, env *Env, name string, args ...value.Value) (value.Value, error) {
	b, ok := functions[name]
	if !ok {
		return value.Value{}, value.Errorf(value.CodeArgument, "the function %s is not known", name)
	}
	if len(args) < b.least || len(args) > b.most {
		return value.Value{}, value.Errorf(value.CodeArgument, "%s does not take %s arguments", name, strconv.Itoa(len(args)))
	}
	data := make([]datum, len(args), len(args)+1)
	for i, a := range args {
		data[i] = parameter(a)
		if a.IsNull() && !b.nulls {
			return value.Value{}, nil
		}
	}
	d, err := b.call(&frame{ctx: ctx, env: env}, data)
	if err != nil {
		return value.Value{}, err
	}
	return d.result()
}
