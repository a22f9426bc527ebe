package registry

import (
	"context"
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// Language does calls of kind CONNECTOR: EXTERNAL CONNECTOR of a program.
type Language struct {
	Registry *Registry
}

type sessionKey struct{}

// WithSession makes id the session of the calls made with the context.
func WithSession(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, sessionKey{}, id)
}

// Call calls the method. The result goes to the first TO property; an error
// leaves all of them alone and comes back with its code and message in the
// reply. A call that takes longer than c.Waiting fails, but goes on: only the
// end of the process, or of the run before that, cancels it.
func (l Language) Call(ctx context.Context, c *connect.Call) (*connect.Reply, error) {
	call, err := callOf(ctx, c)
	if err != nil {
		return l.failed(call, err)
	}
	v, err := l.wait(ctx, call, c.Waiting)
	if err != nil {
		return l.failed(call, err)
	}
	reply := &connect.Reply{}
	if len(c.To) == 0 {
		return reply, nil
	}
	result, bad := ToValue(v, c.To[0])
	if bad != nil {
		return l.failed(call, Errorf(CodeResult, "the result cannot be read as %s: %s", c.To[0], bad))
	}
	reply.Results = []value.Value{result}
	return reply, nil
}

func (l Language) failed(c *Call, err *Error) (*connect.Reply, error) {
	message := l.Registry.secrets.Redact(err.Message)
	text := "connector " + c.Connector
	if c.Method != "" {
		text += ", method " + c.FullMethod()
	}
	return &connect.Reply{Failure: &connect.Failure{Code: err.Code, Message: message}},
		value.Errorf(connect.CodeConnector, "%s: %s: %s", text, err.Code, message)
}

// callOf evaluates the parts of the operator.
func callOf(ctx context.Context, c *connect.Call) (*Call, *Error) {
	call := &Call{}
	if !c.Connection.IsNull() {
		call.Connector = value.TextOf(c.Connection)
	}
	if !c.Exec.IsNull() {
		call.Class, call.Method = SplitMethod(value.TextOf(c.Exec))
	}
	if call.Connector == "" {
		return call, Errorf(CodeArgs, "the id of the connector is empty")
	}
	if call.Method == "" {
		return call, Errorf(CodeArgs, "the method is empty")
	}
	if len(c.Params) > 0 {
		call.Args = make([]Arg, len(c.Params))
	}
	for i, p := range c.Params {
		v, err := FromValue(p.Value, p.Class)
		if err != nil {
			return call, Errorf(CodeArgs, "argument %d: %s", i+1, err)
		}
		name := p.Name
		if name == "" {
			name = positionalName(i)
		}
		call.Args[i] = Arg{Name: name, Value: v}
	}
	if id, ok := ctx.Value(sessionKey{}).(string); ok {
		call.Session = RowOf(Field{"id", TextOf(id)}).JSON()
	}
	return call, nil
}

// SplitMethod cuts "Class.Method": the class goes up to the last point.
func SplitMethod(text string) (class, method string) {
	if i := strings.LastIndexByte(text, '.'); i >= 0 {
		return text[:i], text[i+1:]
	}
	return "", text
}

// wait calls and waits for the limit of the caller.
func (l Language) wait(ctx context.Context, c *Call, limit time.Duration) (Value, *Error) {
	r := l.Registry
	if limit <= 0 {
		return r.Invoke(ctx, c)
	}
	detached, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(r.base, cancel)
	type ending struct {
		v   Value
		err *Error
	}
	ended := make(chan ending, 1)
	r.late.group.Add(1)
	go func() {
		defer r.late.group.Done()
		v, err := r.Invoke(detached, c)
		stop()
		cancel()
		ended <- ending{v, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case e := <-ended:
		return e.v, e.err
	case <-ctx.Done():
		cancel()
		return Value{}, Errorf(CodeCancelled, "the call was cancelled: %s", context.Cause(ctx))
	case <-timer.C:
	}
	if r.late.enter() {
		r.late.group.Add(1)
		go func() {
			defer r.late.group.Done()
			<-ended
			r.late.leave()
		}()
	} else {
		cancel()
	}
	return Value{}, Errorf(CodeWaitingTime, "no answer within the waiting time of %s", limit)
}
