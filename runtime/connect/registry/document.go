package registry

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/golsf/golsf/runtime/value"
)

// Call is a call of a connector's method.
type Call struct {
	Connector string
	Class     string // "" when there is none
	Method    string
	Args      []Arg
	// Session is handed on unchanged: a JSON object, nil for none.
	Session json.RawMessage
}

// Arg is one argument. Positional ones are named p1, p2 ...
type Arg struct {
	Name  string
	Value Value
}

// Arg finds an argument by name, whatever the case.
func (c *Call) Arg(name string) (Value, bool) {
	for _, a := range c.Args {
		if equalFold(a.Name, name) {
			return a.Value, true
		}
	}
	return Value{}, false
}

// FullMethod is Class.Method, or the method alone without a class.
func (c *Call) FullMethod() string {
	if c.Class == "" {
		return c.Method
	}
	return c.Class + "." + c.Method
}

// Codes of the errors of calls.
const (
	CodeNotFound    = "connector_not_found"
	CodeDisabled    = "connector_disabled"
	CodeMethod      = "method_not_found"
	CodeArgs        = "bad_args"
	CodeTimeout     = "timeout" // the connector's own limit
	CodeExternal    = "external_error"
	CodeResult      = "bad_result"
	CodeOffline     = "offline" // the other side cannot be reached
	CodeCancelled   = "cancelled"
	CodeWaitingTime = "waiting_time" // the caller has waited long enough
)

// Error is a failed call.
type Error struct {
	Code      string
	Message   string
	Connector string
	Method    string          // with its class
	Details   json.RawMessage // nil is null
}

func (e *Error) Error() string {
	text := e.Code + ": " + e.Message
	if e.Connector != "" {
		text = "connector " + e.Connector + ": " + text
	}
	return text
}

// Errorf makes an error of a call; Invoke adds the connector and the method. A
// *value.Error among args is shown without its code.
func Errorf(code, format string, args ...any) *Error {
	for i, a := range args {
		if e, ok := a.(*value.Error); ok {
			args[i] = e.Message
		}
	}
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Status is the HTTP status of the answer with this error.
func (e *Error) Status() int {
	switch e.Code {
	case CodeNotFound, CodeMethod:
		return http.StatusNotFound
	case CodeArgs:
		return http.StatusBadRequest
	case CodeDisabled:
		return http.StatusForbidden
	case CodeOffline, CodeCancelled:
		return http.StatusServiceUnavailable
	case CodeTimeout:
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

// Document is the JSON document of a call.
func (c *Call) Document() []byte { return c.document(nil) }

func (c *Call) document(head []Field) []byte {
	items := make([]Value, len(c.Args))
	for i, a := range c.Args {
		items[i] = RowOf(
			Field{"name", TextOf(a.Name)},
			Field{"type", TextOf(string(a.Value.Kind()))},
			Field{"value", a.Value},
		)
	}
	fields := append(head,
		Field{"connector", TextOf(c.Connector)}, Field{"class", TextOf(c.Class)}, Field{"method", TextOf(c.Method)},
		Field{"args", RowOf(Field{"items", ArrayOf(items...)})},
	)
	out := RowOf(fields...).JSON()
	if len(c.Session) > 0 {
		out = append(out[:len(out)-1], `,"session":`...)
		out = append(append(out, c.Session...), '}')
	}
	return out
}

// ProtocolDocument is the document of a call with the number of the protocol of
// child processes.
func (c *Call) ProtocolDocument() []byte {
	return c.document([]Field{{"protocol", NumberOf(1)}})
}

// ParseCall reads the document of a call. Its errors have CodeArgs.
func ParseCall(text []byte) (*Call, error) {
	v, err := ParseJSON(text)
	if err != nil {
		return nil, Errorf(CodeArgs, "the Call document cannot be read: %s", err)
	}
	if v.Kind() != Row {
		return nil, Errorf(CodeArgs, "the Call document is no JSON object")
	}
	c := &Call{}
	for _, f := range [...]struct {
		name string
		to   *string
	}{{"connector", &c.Connector}, {"class", &c.Class}, {"method", &c.Method}} {
		field, _ := v.Field(f.name)
		switch field.Kind() {
		case String:
			*f.to = field.Text
		case Null:
		default:
			return nil, Errorf(CodeArgs, "%s of the Call document is no text", f.name)
		}
	}
	if s, _ := v.Field("session"); s.Kind() == Row {
		c.Session = s.JSON()
	} else if s.Kind() != Null {
		return nil, Errorf(CodeArgs, "session of the Call document is no object")
	}
	args, _ := v.Field("args")
	if args.Kind() == Null {
		return c, nil
	}
	items, _ := args.Field("items")
	switch {
	case args.Kind() != Row:
		return nil, Errorf(CodeArgs, "args of the Call document is no object")
	case items.Kind() == Null:
		return c, nil
	case items.Kind() != RowCollection:
		return nil, Errorf(CodeArgs, "args.items of the Call document is no array of objects")
	}
	for i, item := range items.Items {
		a, err := parseArg(item)
		if err != nil {
			return nil, Errorf(CodeArgs, "args.items[%d] of the Call document: %s", i, err)
		}
		if a.Name == "" {
			a.Name = positionalName(i)
		}
		c.Args = append(c.Args, a)
	}
	return c, nil
}

func parseArg(item Value) (Arg, error) {
	name, _ := item.Field("name")
	kind, _ := item.Field("type")
	if name.Kind() != String && name.Kind() != Null {
		return Arg{}, fmt.Errorf("name is no text")
	}
	if kind.Kind() != String && kind.Kind() != Null {
		return Arg{}, fmt.Errorf("type is no text")
	}
	v, _ := item.Field("value")
	v, err := typed(v, Type(kind.Text))
	return Arg{Name: name.Text, Value: v}, err
}

// ResultDocument is the JSON document of what a call gave: the value, or the
// error when err is not nil.
func ResultDocument(v Value, err *Error) []byte {
	if err == nil {
		return RowOf(Field{"ok", BoolOf(true)}, Field{"type", TextOf(string(v.Kind()))}, Field{"value", v}).JSON()
	}
	out := []byte(`{"ok":false,"error":{`)
	for i, f := range [...][2]string{{"code", err.Code}, {"message", err.Message}, {"connector", err.Connector}, {"method", err.Method}} {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(value.AppendJSONString(out, f[0]), ':')
		out = value.AppendJSONString(out, f[1])
	}
	out = append(out, `,"details":`...)
	if len(err.Details) > 0 {
		out = append(out, err.Details...)
	} else {
		out = append(out, "null"...)
	}
	return append(out, "}}"...)
}

// ParseResult reads a Result document: the value, or the error that it carries.
// A text that is none is an error with CodeResult. protocol, when not 0, is the
// number that the document must have.
func ParseResult(text []byte, protocol int) (Value, *Error) {
	doc, err := ParseJSON(text)
	if err != nil {
		return Value{}, Errorf(CodeResult, "the Result document cannot be read: %s", err)
	}
	ok, has := doc.Field("ok")
	if doc.Kind() != Row || !has || ok.Kind() != Boolean {
		return Value{}, Errorf(CodeResult, "the answer is no Result document: it has no ok")
	}
	if protocol != 0 {
		if p, _ := doc.Field("protocol"); p.Kind() != Number || p.Text != fmt.Sprint(protocol) {
			return Value{}, Errorf(CodeResult, "the Result document does not say \"protocol\": %d", protocol)
		}
	}
	failed, hasError := doc.Field("error")
	hasError = hasError && failed.Kind() != Null
	v, hasValue := doc.Field("value")
	if ok.Bool {
		kind, _ := doc.Field("type")
		if hasError || !hasValue && kind.Text != string(Null) || kind.Kind() != String && kind.Kind() != Null {
			return Value{}, Errorf(CodeResult, "the Result document with \"ok\": true needs type and value, and no error")
		}
		v, err := typed(v, Type(kind.Text))
		if err != nil {
			return Value{}, Errorf(CodeResult, "value of the Result document: %s", err)
		}
		return v, nil
	}
	code, _ := failed.Field("code")
	message, _ := failed.Field("message")
	if failed.Kind() != Row || code.Kind() != String || code.Text == "" || hasValue && v.Kind() != Null {
		return Value{}, Errorf(CodeResult, "the Result document with \"ok\": false needs an error with code and message, and no value")
	}
	out := &Error{Code: code.Text, Message: message.Text}
	connector, _ := failed.Field("connector")
	method, _ := failed.Field("method")
	out.Connector, out.Method = connector.Text, method.Text
	if details, _ := failed.Field("details"); details.Kind() != Null {
		out.Details = details.JSON()
	}
	return Value{}, out
}
