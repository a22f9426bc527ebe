package interp

import (
	"strings"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// reflect computes the properties of module System that tell about classes and
// static objects.
func (t *thread) reflect(name string, args []value.Value) (v value.Value, ok bool) {
	switch name {
	case "System.staticName", "System.staticCaption", "System.staticOrder":
		return t.static(name, args), true
	case "System.staticObject":
		return t.staticNamed(args), true
	case "System.objectClassName", "System.className", "System.classCaption":
		return t.classText(name, args), true
	case "System.class":
		if c := t.classOfObject(args); c != nil {
			return value.ObjectOf(classObject(c)), true
		}
		return value.Value{}, true
	}
	return value.Value{}, false
}

// staticOf finds the declaration of a static object.
func (t *thread) staticOf(args []value.Value) (*bound.Class, int) {
	if len(args) == 0 || args[0].Kind() != value.Object {
		return nil, 0
	}
	ident, ok := t.inst.store.StaticName(args[0].Num())
	if !ok {
		return nil, 0
	}
	c := t.inst.class(int(t.sess.st.ClassOf(store.Now, args[0].Num())))
	if c == nil {
		return nil, 0
	}
	for n, o := range c.Static {
		if o.Ident == ident {
			return c, n
		}
	}
	return nil, 0
}

func (t *thread) static(name string, args []value.Value) value.Value {
	c, n := t.staticOf(args)
	if c == nil {
		return value.Value{}
	}
	o := c.Static[n]
	switch name {
	case "System.staticCaption":
		if o.Caption != "" {
			return value.String(o.Caption)
		}
		return value.String(o.Ident)
	case "System.staticOrder":
		return value.Int(int32(n + 1))
	}
	return value.String(c.Namespace + "_" + c.Ident + "." + o.Ident)
}

// staticNamed finds a static object by "Namespace_Class.object".
func (t *thread) staticNamed(args []value.Value) value.Value {
	if len(args) == 0 || args[0].Kind() != value.Text {
		return value.Value{}
	}
	class, ident, ok := strings.Cut(args[0].Str(), ".")
	if !ok {
		return value.Value{}
	}
	for _, c := range t.inst.prog.Classes {
		if c.Namespace+"_"+c.Ident != class {
			continue
		}
		for _, o := range c.Static {
			if o.Ident == ident {
				return t.inst.eval.Static(o)
			}
		}
	}
	return value.Value{}
}

// classObject is the id by which a class is an object of CustomObjectClass.
// Such ids are negative, those of other objects are not.
func classObject(c *bound.Class) int64 { return -1 - int64(c.Number) }

// classOfObject is the class of an object, or the class that the object stands
// for.
func (t *thread) classOfObject(args []value.Value) *bound.Class {
	if len(args) == 0 || args[0].Kind() != value.Object {
		return nil
	}
	if id := args[0].Num(); id < 0 {
		return t.inst.class(int(-1 - id))
	}
	c := t.inst.class(int(t.sess.st.ClassOf(store.Now, args[0].Num())))
	if c != nil && c.Number == 0 {
		return nil
	}
	return c
}

// classText is the caption of the class of an object, or its name.
func (t *thread) classText(name string, args []value.Value) value.Value {
	c := t.classOfObject(args)
	switch {
	case c == nil:
		return value.Value{}
	case name == "System.className":
		return value.String(c.Namespace + "." + c.Ident)
	}
	return value.String(t.inst.classCaption(c.Value()))
}
