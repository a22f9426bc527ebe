package ext

import (
	"context"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/value"
)

// Native finds the action of module Extensions.
func (r *Runner) Native(id string) (interp.NativeAction, bool) {
	if id != "Extensions.fire" {
		return nil, false
	}
	return r.fire, true
}

// maxDepth is how many points may be fired inside one another.
const maxDepth = 32

type depthKey struct{}

func withDepth(ctx context.Context, depth int) context.Context {
	return context.WithValue(ctx, depthKey{}, depth)
}

// fire is Extensions.fire(uri, params). Failures of extensions are in status[]
// and report[]; an argument that is wrong is an error. Asynchronous items are
// not waited for.
func (r *Runner) fire(ctx context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	if len(args) == 0 || args[0].IsNull() {
		return value.Value{}, value.Errorf(interp.CodeRequired, "the URI of the extension point is NULL")
	}
	var params []Param
	if len(args) > 1 && !args[1].IsNull() {
		row, err := registry.ParseJSON([]byte(value.TextOf(args[1])))
		if err != nil || row.Kind() != registry.Row {
			return value.Value{}, value.Errorf(interp.CodeArgument, "the parameters of an extension point are no JSON object")
		}
		params = FieldParams(row)
	}
	depth, _ := ctx.Value(depthKey{}).(int)
	if depth >= maxDepth {
		return value.Value{}, value.Errorf(interp.CodeDepth, "extension points are fired more than %d deep inside one another", maxDepth)
	}
	f := &firing{r: r, caller: h, params: params, depth: depth + 1}
	rep := f.run(withDepth(ctx, depth+1), value.TextOf(args[0]))
	if err := h.Set("Extensions.status", value.String(string(rep.Status))); err != nil {
		return value.Value{}, err
	}
	text, err := value.NormalizeJSON(string(rep.JSON()))
	if err != nil {
		return value.Value{}, err
	}
	return value.Value{}, h.Set("Extensions.report", value.JSONText(value.NameJSON, text))
}
