package interp

import (
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

func (t *thread) files(span diag.Span) Files {
	f := t.inst.options.Files
	if f == nil {
		fail(span, CodeUnsupported, "files are not available here")
	}
	return f
}

// read compiles READ path TO property.
func (c *compiler) read(x *bound.Read) act {
	from, to, span := c.scalar(x.From), c.target(x.To), x.Span
	if x.Dialog {
		return c.cancelledDialog(x.Span, "READ DIALOG")
	}
	return func(t *thread, fr *query.Frame) signal {
		path := from(fr)
		if path.IsNull() {
			fail(span, CodeRequired, "READ needs a path, but it is NULL")
		}
		f, err := t.files(span).Read(t.ctx(), value.TextOf(path))
		if err != nil {
			query.Throw(span, err)
		}
		v := value.FileOf(value.NameFile, f)
		if !to.class.IsFile() {
			if v, err = value.Cast(v, to.class); err != nil {
				query.Throw(span, err)
			}
		} else if to.class.Name != value.NameFile {
			if v, err = value.Cast(v, to.class); err != nil {
				query.Throw(span, err)
			}
		}
		to.set(t, fr, nil, v)
		t.sess.settle(t)
		return done
	}
}

// write compiles WRITE file TO path. A NULL file or path writes nothing.
func (c *compiler) write(x *bound.Write) act {
	what, to, span, appended := c.scalar(x.X), c.optional(x.To), x.Span, x.Append
	if x.Dialog {
		return c.cancelledDialog(x.Span, "WRITE DIALOG")
	}
	return func(t *thread, fr *query.Frame) signal {
		v, path := what(fr), evaluate(to, fr)
		if v.IsNull() {
			return done
		}
		if path.IsNull() {
			fail(span, CodeRequired, "WRITE needs a path, but it is NULL")
		}
		if v.Kind() != value.File {
			cast, err := value.Cast(v, value.ClassFile)
			if err != nil {
				query.Throw(span, err)
			}
			v = cast
		}
		if _, err := t.files(span).Write(value.TextOf(path), v, appended); err != nil {
			query.Throw(span, err)
		}
		return done
	}
}

// cancelledDialog is an operator that asks a person for something on a screen.
func (c *compiler) cancelledDialog(span diag.Span, what string) act {
	return func(t *thread, _ *query.Frame) signal {
		t.inst.warn(position(span) + ": warning: " + what + " needs a screen and counts as cancelled")
		return done
	}
}
