// Package functions holds the scalar functions of the modules System, Utils
// and Time that are not written in the language itself: texts, numbers, dates,
// JSON, hashes and encodings. The names, classes and the treatment of NULL are
// the platform's (System_System, System_Utils, System_Time).
package functions

import (
	"context"
	"fmt"
	"strings"

	"github.com/golsf/golsf/runtime/sqlexpr"
	"github.com/golsf/golsf/runtime/value"
)

// Env is what functions see of the world: clock, random numbers, compiled
// patterns.
type Env = sqlexpr.Env

// call computes a function of arguments that fit its parameters.
type call func(ctx context.Context, env *Env, args []value.Value) (value.Value, error)

// Func is one declared overload of a function.
type Func struct {
	Name   string        // with its module: "Utils.substr"
	Params []value.Class // the unknown class takes any built-in class
	Result value.Class   // unknown: the common class of the arguments (ResultClass)
	Nulls  bool          // is called with NULL arguments; else NULL gives NULL
	Maybe  bool          // may give NULL although no argument is
	Pure   bool          // depends on its arguments only
	Doc    string        // one line
	call   call

	ownDigits bool // rounds: the digits of the result are not the argument's
}

// Signature is the canonical name: "Utils.substr[TEXT,INTEGER,INTEGER]", a
// parameter of any class is "?".
func (f *Func) Signature() string {
	words := make([]string, len(f.Params))
	for i, p := range f.Params {
		if words[i] = "?"; p.Known() {
			words[i] = p.String()
		}
	}
	return f.Name + "[" + strings.Join(words, ",") + "]"
}

// ResultClass is the class of a call with arguments of these classes.
func (f *Func) ResultClass(args []value.Class) value.Class {
	if f.Result.Known() {
		return f.Result
	}
	var c value.Class
	for _, a := range args {
		if common, ok := value.Common(c, a); ok {
			c = common
		}
	}
	return c
}

// Call computes f. A NULL argument gives NULL unless f takes NULL. The value has the
// class Result; without one it keeps the class of the arguments (a NUMERIC may
// have more digits than they when it is not exact). Overloads with as many
// parameters share one meaning: any of them may be called for all.
func (f *Func) Call(ctx context.Context, env *Env, args []value.Value) (value.Value, error) {
	if len(args) != len(f.Params) {
		return value.Value{}, value.Errorf(value.CodeArgument, "%s takes %d arguments", f.Name, len(f.Params))
	}
	if !f.Nulls {
		for _, a := range args {
			if a.IsNull() {
				return value.Value{}, nil
			}
		}
	}
	v, err := f.call(ctx, env, args)
	if err != nil || v.IsNull() {
		return value.Value{}, err
	}
	if f.Result.Known() {
		if k := f.Result.Kind(); k != value.Text && (temporal(k) || temporal(v.Kind()) || v.Kind() == value.File) {
			return v, nil // by its arguments it may be another overload's result
		}
		return sqlexpr.Result(v, f.Result)
	}
	if f.ownDigits && v.Kind() == value.Numeric && (args[0].Kind() == value.Numeric || args[0].Kind() == value.Double) {
		return v, nil
	}
	return likeArguments(v, args), nil
}

// temporal is true of dates, times and intervals of them.
func temporal(k value.Kind) bool {
	return k >= value.Date && k <= value.ZDateTime || k == value.Interval
}

// likeArguments brings a number to the common class of the arguments: whole
// numbers when they are whole, at least their digits when they are NUMERIC.
func likeArguments(v value.Value, args []value.Value) value.Value {
	kind, scale := value.Null, 0
	if k := v.Kind(); k == value.Integer && len(args) > 0 && args[0].Kind() == k && args[len(args)-1].Kind() == k {
		return v
	}
	for _, a := range args {
		if k := a.Kind(); k >= value.Integer && k <= value.Double {
			kind, scale = max(kind, k), max(scale, a.Scale())
		}
	}
	switch {
	case kind == value.Integer || kind == value.Long:
		c := value.ClassInteger
		if kind == value.Long {
			c = value.ClassLong
		}
		if w := truncated(v); w.Kind() == value.Numeric {
			if n, err := value.Cast(w, c); err == nil && !n.IsNull() {
				return n
			}
		}
	case kind == value.Numeric && v.Kind() == value.Double:
		v = value.Rescale(v, value.MaxScale)
		fallthrough
	case kind == value.Numeric && v.Kind() <= value.Numeric && v.Kind() >= value.Integer:
		return atLeast(v, scale)
	case kind == value.Double:
		if d, err := value.Cast(v, value.ClassDouble); err == nil {
			return d
		}
	}
	return v
}

// truncated drops the digits after the point of a number.
func truncated(v value.Value) value.Value {
	r := value.Rescale(v, 0)
	c := value.Compare(r, v)
	switch zero := value.Int(0); {
	case c > 0 && value.Compare(v, zero) > 0:
		r, _ = value.Sub(r, value.Int(1))
	case c < 0 && value.Compare(v, zero) < 0:
		r, _ = value.Add(r, value.Int(1))
	}
	return r
}

// atLeast gives a NUMERIC that many digits, or more when they are not zero.
func atLeast(v value.Value, scale int) value.Value {
	if v.Kind() != value.Numeric || v.Scale() < scale {
		return value.Rescale(v, scale)
	}
	for v.Scale() > scale {
		cut := value.Rescale(v, v.Scale()-1)
		if !value.Equal(cut, v) {
			break
		}
		v = cut
	}
	return v
}

// Table is the set of all functions. It is immutable after New and safe for
// use by several goroutines.
type Table struct {
	list   []Func
	byName map[string][]*Func // by the number of parameters
}

// New makes the table.
func New() *Table {
	t := &Table{byName: map[string][]*Func{}}
	for _, rows := range [][]Func{systemFunctions(), textFunctions(), numberFunctions(), encodingFunctions(), jsonFunctions(), timeFunctions(), intervalFunctions()} {
		t.list = append(t.list, rows...)
	}
	for i := range t.list {
		f := &t.list[i]
		byCount := t.byName[f.Name]
		for len(byCount) <= len(f.Params) {
			byCount = append(byCount, nil)
		}
		if byCount[len(f.Params)] == nil {
			byCount[len(f.Params)] = f
		}
		t.byName[f.Name] = byCount
	}
	return t
}

// Find gives a function by its name with module and its number of parameters.
func (t *Table) Find(name string, params int) (*Func, bool) {
	if byCount := t.byName[name]; params < len(byCount) && byCount[params] != nil {
		return byCount[params], true
	}
	return nil, false
}

// All gives every overload in the order of declaration. The caller must not
// change it.
func (t *Table) All() []Func { return t.list }

// Classes of parameters and results.
var (
	anyClass  = value.Class{}
	boolean   = value.ClassBoolean
	integer   = value.ClassInteger
	long      = value.ClassLong
	double    = value.ClassDouble
	str       = value.ClassString
	txt       = value.ClassText
	date      = value.ClassDate
	clock     = value.ClassTime
	dateTime  = value.ClassDateTime
	zDateTime = value.Class{Name: value.NameZDateTime}
	jsonClass = value.ClassJSON
	file      = value.ClassFile
	rawFile   = value.Class{Name: value.NameRawFile}
	namedFile = value.Class{Name: value.NameNamedFile}
	color     = value.Class{Name: value.NameColor}
)

// fn declares a pure function. The parameters are given as classes.
func fn(name string, result value.Class, doc string, c call, params ...value.Class) Func {
	return Func{Name: name, Params: params, Result: result, Pure: true, Doc: doc, call: c}
}

// maybe marks a function that may give NULL although no argument is.
func maybe(f Func) Func { f.Maybe = true; return f }

// nulls marks a function that is called with NULL arguments too.
func nulls(f Func) Func { f.Nulls, f.Maybe = true, true; return f }

// rounds marks a function whose result has digits of its own.
func rounds(f Func) Func { f.ownDigits = true; return f }

// impure marks a function that depends on more than its arguments.
func impure(f Func) Func { f.Pure = false; return f }

// sql is a call of PostgreSQL's function of that name.
func sql(name string) call {
	return func(ctx context.Context, env *Env, args []value.Value) (value.Value, error) {
		return sqlexpr.Call(ctx, env, name, args...)
	}
}

// pure is a call that needs neither context nor world.
func pure(f func(args []value.Value) (value.Value, error)) call {
	return func(_ context.Context, _ *Env, args []value.Value) (value.Value, error) { return f(args) }
}

// truth is a condition as BOOLEAN: NULL when it does not hold.
func truth(f func(s []string) bool) call {
	return pure(func(args []value.Value) (value.Value, error) {
		s := make([]string, len(args))
		for i, a := range args {
			if a.IsNull() {
				return value.Value{}, nil
			}
			s[i] = value.TextOf(a)
		}
		return value.Bool(f(s)), nil
	})
}

// plain is a function of texts that gives a text.
func plain(f func(s []string) string) call {
	return pure(func(args []value.Value) (value.Value, error) {
		s := make([]string, len(args))
		for i, a := range args {
			s[i] = value.TextOf(a)
		}
		return value.String(f(s)), nil
	})
}

func badArgument(format string, args ...any) error {
	return value.Errorf(value.CodeArgument, "%s", fmt.Sprintf(format, args...))
}
