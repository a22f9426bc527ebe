package ext

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect/process"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/value"
)

// Param is a named value that the firing point hands to every action.
type Param struct {
	Name     string
	Value    registry.Value
	argument interp.Argument
}

// TextParam is a text from a command line: a parameter of an action reads it by
// its class, everybody else gets the text.
func TextParam(name, text string) Param {
	return Param{name, registry.TextOf(text), interp.Argument{Name: name, Text: text}}
}

// FileParam is a file.
func FileParam(name string, f *value.FileData) Param {
	return Param{name, registry.BytesOf(f.Bytes), interp.Argument{Name: name, File: f}}
}

// FieldParams are the fields of a JSON object.
func FieldParams(row registry.Value) []Param {
	var out []Param
	for _, f := range row.Fields {
		out = append(out, Param{f.Name, f.Value, interp.Argument{Name: f.Name, Read: func(c value.Class) (value.Value, error) {
			if !c.Known() {
				c = value.ClassString
			}
			v, err := registry.ToValue(f.Value, c)
			if err != nil {
				return value.Value{}, value.Errorf(interp.CodeArgument, "%s", err)
			}
			return v, nil
		}}})
	}
	return out
}

// call is what an action is told.
type call struct {
	uri     string
	params  []Param
	before  previous
	onError func(error) // may be nil
}

func (c call) failed(err error) *Failure {
	if c.onError != nil {
		c.onError(err)
	}
	return programFailure(err)
}

var errTimeout = errors.New("the time limit of the extension has passed")

func stopped(ctx context.Context) *Failure {
	return &Failure{Code: CodeStopped, Message: "the run was stopped: " + context.Cause(ctx).Error()}
}

// invoke runs one action to its end; nil is success.
func (r *Runner) invoke(ctx context.Context, caller Caller, c call, m *Manifest) (failure *Failure) {
	defer func() {
		if p := recover(); p != nil {
			failure = &Failure{Code: "panic", Message: fmt.Sprintf("internal error, please report it: %v", p)}
		}
	}()
	limit := m.Action.Timeout
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, errTimeout)
		defer cancel()
	}
	switch a := m.Action; {
	case a.Script != "":
		failure = r.script(ctx, caller, c, m)
	case a.Connector != "":
		failure = r.connector(ctx, c, a)
	default:
		failure = r.executable(ctx, c, a)
	}
	if failure == nil || ctx.Err() == nil {
		return failure
	}
	if errors.Is(context.Cause(ctx), errTimeout) {
		return &Failure{Code: CodeTimeout, Message: fmt.Sprintf("no end within %s", limit.Round(time.Millisecond))}
	}
	return stopped(ctx)
}

func (r *Runner) script(ctx context.Context, caller Caller, c call, m *Manifest) *Failure {
	t := r.targets[m]
	if t.failure != nil {
		return t.failure
	}
	req := interp.Request{Target: t.action, Inputs: map[string]string{}}
	for _, p := range c.params {
		req.Args = append(req.Args, p.argument)
		if p.Value.Kind() == registry.String {
			req.Inputs[p.Name] = p.Value.Text
		}
	}
	req.Args = append(req.Args, c.before.arguments(c.params)...)
	cancelled, message := false, ""
	req.Finish = func(h *interp.Host) error {
		cancelled, message = h.Canceled()
		return nil
	}
	res, err := caller.Call(ctx, req)
	switch {
	case err != nil:
		return c.failed(err)
	case len(res.ThreadErrors) > 0:
		return c.failed(res.ThreadErrors[0])
	case len(res.Unlooked) > 0:
		return &Failure{Code: CodeCanceled, Message: res.Unlooked[0]}
	case cancelled:
		if message == "" {
			message = "APPLY was cancelled"
		}
		return &Failure{Code: CodeCanceled, Message: message}
	}
	for _, v := range res.Values {
		if v.Value == value.TFalse {
			return &Failure{Code: CodeFalse, Message: "the action returned TFALSE"}
		}
	}
	return nil
}

// arguments give prevUri and prevStatus to an action that has such parameters,
// unless the firing point hands over values of these names.
func (p previous) arguments(params []Param) []interp.Argument {
	var out []interp.Argument
	add := func(name, text string) {
		for _, x := range params {
			if strings.EqualFold(x.Name, name) {
				return
			}
		}
		out = append(out, interp.Argument{Name: name, Text: text})
	}
	add("prevUri", p.uri)
	add("prevStatus", p.word())
	return out
}

func (p previous) word() string {
	if p.status == "" {
		return "none"
	}
	return string(p.status)
}

func programFailure(err error) *Failure {
	var run *interp.RunError
	if !errors.As(err, &run) {
		return &Failure{Code: CodeScript, Message: err.Error()}
	}
	f := &Failure{Code: run.Code, Message: run.Message}
	if run.Span.Start.IsValid() {
		f.Place = run.Span.Start.String()
	}
	return f
}

func (r *Runner) connector(ctx context.Context, c call, a *Action) *Failure {
	if r.options.Connectors == nil {
		return &Failure{Code: registry.CodeNotFound, Message: fmt.Sprintf("there is no connector %q", a.Connector)}
	}
	rc := &registry.Call{Connector: a.Connector}
	rc.Class, rc.Method = registry.SplitMethod(a.Method)
	for _, p := range c.params {
		rc.Args = append(rc.Args, registry.Arg{Name: p.Name, Value: p.Value})
	}
	if _, err := r.options.Connectors.Invoke(ctx, rc); err != nil {
		return &Failure{Code: err.Code, Message: err.Message}
	}
	return nil
}

func (r *Runner) executable(ctx context.Context, c call, a *Action) *Failure {
	fields := make([]registry.Field, len(c.params))
	for i, p := range c.params {
		fields[i] = registry.Field{Name: p.Name, Value: p.Value}
	}
	before := registry.Value{}
	if c.before.uri != "" {
		before = registry.TextOf(c.before.uri)
	}
	doc := registry.RowOf(
		registry.Field{Name: "protocol", Value: registry.NumberOf(1)},
		registry.Field{Name: "uri", Value: registry.TextOf(c.uri)},
		registry.Field{Name: "params", Value: registry.RowOf(fields...)},
		registry.Field{Name: "prevUri", Value: before},
		registry.Field{Name: "prevStatus", Value: registry.TextOf(c.before.word())},
	)
	err := process.Run(ctx, process.Command{
		Args: a.Exec, Dir: a.Dir, Stdin: bytes.NewReader(append(doc.JSON(), '\n')),
		Stdout: r.options.Stdout, Stderr: r.options.Stderr, MaxOutput: r.options.MaxOutput,
	})
	var exit *process.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit):
		return &Failure{Code: CodeExit, Message: exit.Error()}
	case errors.Is(err, process.ErrTooLarge):
		return &Failure{Code: CodeTooLarge, Message: err.Error()}
	}
	return &Failure{Code: CodeStart, Message: err.Error()}
}
