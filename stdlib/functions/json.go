package functions

import (
	"context"

	"github.com/golsf/golsf/runtime/sqlexpr"
	"github.com/golsf/golsf/runtime/value"
)

func jsonFunctions() []Func {
	rows := []Func{
		fn("Utils.merge", jsonClass, "two JSON objects joined, objects of equal keys in turn", sql("jsonb_recursive_merge"), jsonClass, jsonClass),
		maybe(fn("Utils.arrayElement", str, "an element of a JSON array, from 1, as JSON text", steps(func(c *chain, a []value.Value) value.Value {
			return c.sql("json_extract_path", a[0], value.String(value.TextOf(c.op(value.Sub, a[1], value.Int(1)))))
		}), jsonClass, integer)),
		maybe(fn("Utils.jsonObject", str, "the value of a key in a JSON text, as JSON text", keptText("json_extract_path"), txt, str)),
		fn("Utils.jsonArrayLength", integer, "the number of elements of a JSON array", keptText("json_array_length"), txt),
		maybe(fn("Utils.jsonArrayElement", str, "the text of a key in an element, from 1, of a JSON array", steps(func(c *chain, a []value.Value) value.Value {
			index := value.String(value.TextOf(c.op(value.Sub, a[1], value.Int(1))))
			return c.sql("json_extract_path_text", c.as(a[0], value.Class{Name: value.NameJSONText}), index, a[2])
		}), txt, integer, str)),
	}
	for _, f := range []struct {
		name, sql, doc string
		result         value.Class
	}{
		{"Utils.field", "json_extract_path", "the JSON value of a key", jsonClass},
		{"Utils.fieldText", "json_extract_path_text", "the text of a key", str},
	} {
		params := []value.Class{jsonClass, str}
		for range 3 {
			rows = append(rows, maybe(fn(f.name, f.result, f.doc, sql(f.sql), append([]value.Class{}, params...)...)))
			params = append(params, str)
		}
	}
	for _, r := range Enumerated() {
		rows = append(rows, maybe(fn(r.Name, r.Result, r.Doc, r.at, append(append([]value.Class{}, r.Params...), r.Key)...)))
	}
	return rows
}

// at is the value of one key, the last argument; NULL when there is none.
func (r *Rows) at(ctx context.Context, env *Env, args []value.Value) (value.Value, error) {
	key := args[len(args)-1]
	if len(r.Params) == 1 && env != nil {
		return env.Part(ctx, r.sql, args[0], key)
	}
	rows, err := r.Call(ctx, env, args[:len(args)-1])
	if err != nil {
		return value.Value{}, err
	}
	for i := range rows {
		if value.Equal(rows[i].Key, key) {
			return rows[i].Value, nil
		}
	}
	return value.Value{}, nil
}

// keptText reads a text as JSON that keeps its form.
func keptText(name string) call {
	return steps(func(c *chain, a []value.Value) value.Value {
		args := append([]value.Value{c.as(a[0], value.Class{Name: value.NameJSONText})}, a[1:]...)
		if c.err != nil {
			return value.Value{}
		}
		return c.sql(name, args...)
	})
}

// Rows is a function with a key that can be enumerated: for given arguments it
// has a value for each of a set of keys.
type Rows struct {
	Name   string        // "Utils.arrayText"
	Params []value.Class // the given arguments, which come first
	Key    value.Class   // the enumerated parameter, which comes last
	Result value.Class
	Doc    string
	sql    string
}

// Call gives the rows in their order; none when an argument is NULL. JSON that
// is no array, or no object for the maps, is an error.
func (r *Rows) Call(ctx context.Context, env *Env, args []value.Value) ([]sqlexpr.Row, error) {
	params := "$1"
	if len(r.Params) == 2 {
		params = "string_to_array($1, $2)"
	}
	e, err := sqlexpr.Compile(r.sql + "(" + params + ")")
	if err != nil {
		return nil, err
	}
	return e.Rows(ctx, env, args)
}

// Enumerated gives the functions that can be enumerated.
func Enumerated() []Rows {
	return []Rows{
		{"Utils.array", []value.Class{jsonClass}, integer, jsonClass, "the elements of a JSON array by their number from 1", "jsonb_array_elements"},
		{"Utils.arrayText", []value.Class{jsonClass}, integer, str, "the elements of a JSON array as texts", "jsonb_array_elements_text"},
		{"Utils.map", []value.Class{jsonClass}, str, jsonClass, "the values of a JSON object by their keys", "jsonb_each"},
		{"Utils.mapText", []value.Class{jsonClass}, str, str, "the values of a JSON object as texts", "jsonb_each_text"},
		{"Utils.array", []value.Class{str, str}, integer, str, "the parts of a text between separators by their number from 1", "unnest"},
	}
}
