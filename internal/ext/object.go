package ext

import (
	"slices"
	"strconv"
	"time"

	"github.com/golsf/golsf/runtime/connect/registry"
)

// object reads the fields of a JSON object; their names are as written.
type object struct {
	r      *reader
	path   string
	fields []registry.Field
}

// object notes fields that are not known and fields given twice; nil when v is
// no object.
func (r *reader) object(v registry.Value, path string, known ...string) *object {
	if v.Kind() != registry.Row {
		r.fail(path, "an object is expected, not %s", kindName(v))
		return nil
	}
	o := &object{r, path, v.Fields}
	for i, f := range v.Fields {
		switch {
		case slices.ContainsFunc(v.Fields[:i], func(g registry.Field) bool { return g.Name == f.Name }):
			r.fail(o.path+"."+f.Name, "the field is given twice")
		case !slices.Contains(known, f.Name):
			o.warn(f.Name, "the field is not known")
		}
	}
	return o
}

func (o *object) warn(name, text string) {
	o.r.warnings = append(o.r.warnings, Problem{o.r.file, o.path + "." + name, text})
}

// unused notes a field that has no meaning beside another one.
func (o *object) unused(name, beside string) {
	if _, ok := o.get(name); ok {
		o.warn(name, "the field has no meaning beside "+beside)
	}
}

func (o *object) get(name string) (registry.Value, bool) {
	for _, f := range o.fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return registry.Value{}, false
}

// text is a field that is a text and not empty; a required one must be there.
func (o *object) text(name string, required bool) string {
	v, ok := o.get(name)
	switch {
	case !ok && required:
		o.r.fail(o.path, "the field %q is missing", name)
	case !ok:
	case v.Kind() != registry.String:
		o.r.fail(o.path+"."+name, "a text is expected, not %s", kindName(v))
	case v.Text == "":
		o.r.fail(o.path+"."+name, "the text is empty")
	}
	return v.Text
}

// texts is an array of texts of which the first is not empty.
func (o *object) texts(name string) []string {
	v, _ := o.get(name)
	var out []string
	for i, item := range v.Items {
		if item.Kind() != registry.String {
			o.r.fail(o.path+"."+name+"["+strconv.Itoa(i)+"]", "a text is expected, not %s", kindName(item))
		}
		out = append(out, item.Text)
	}
	if len(out) == 0 || out[0] == "" {
		o.r.fail(o.path+"."+name, "an array is expected: the program and its arguments")
	}
	return out
}

func (o *object) flag(name string) bool {
	v, ok := o.get(name)
	if ok && v.Kind() != registry.Boolean {
		o.r.fail(o.path+"."+name, "true or false is expected, not %s", kindName(v))
	}
	return v.Bool
}

// milliseconds is a time of 0 or more whole milliseconds.
func (o *object) milliseconds(name string) time.Duration {
	v, ok := o.get(name)
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(v.Text, 10, 40)
	if v.Kind() != registry.Number || err != nil {
		o.r.fail(o.path+"."+name, "a number of milliseconds, 0 or more, is expected")
	}
	return time.Duration(n) * time.Millisecond
}

func kindName(v registry.Value) string {
	switch v.Kind() {
	case registry.Row:
		return "an object"
	case registry.Array, registry.RowCollection:
		return "an array"
	case registry.Null:
		return "null"
	}
	return string(v.JSON())
}
