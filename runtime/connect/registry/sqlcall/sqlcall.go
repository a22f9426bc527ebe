// Package sqlcall is the connector kind sql: a method is a statement of the
// configuration, whose :names are bound to the arguments.
package sqlcall

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/sqlconn"
	"github.com/golsf/golsf/runtime/value"
)

// maxConnections bounds the calls of one connector that have a connection open.
const maxConnections = 16

type connector struct {
	url     string
	methods map[string]method
	limit   int64
	slots   chan struct{}
	sql     sqlconn.Connector
}

type method struct {
	text   string   // with $N in the place of the N-th name
	names  []string // in the order of $N
	result string
}

// Results of methods.
const (
	rows   = "rows"
	single = "value"
	none   = "none"
)

// New reads the settings: url, in JDBC or Go form, and methods, each with sql
// and result (rows, value or none).
func New(s *registry.Settings) (registry.Connector, error) {
	c := &connector{url: fileURL(s.Need("url"), s.Folder), methods: map[string]method{}, limit: s.Options().MaxResponse, slots: make(chan struct{}, maxConnections)}
	s.Secrets().AddURL(c.url)
	s.Each("methods", func(name string, in *registry.Settings) {
		m := method{result: in.Choice("result", rows, single, none)}
		var err error
		if m.text, m.names, err = bindNames(in.Need("sql")); err != nil {
			in.Fault("sql", "%s", err)
		}
		c.methods[name] = m
	})
	return c, s.Done()
}

// Invoke runs the statement of Class.Method, else of Method.
func (q *connector) Invoke(ctx context.Context, c *registry.Call) (registry.Value, error) {
	m, ok := q.methods[c.FullMethod()]
	if !ok {
		m, ok = q.methods[c.Method]
	}
	if !ok {
		return registry.Value{}, registry.Errorf(registry.CodeMethod, "there is no method %s", c.FullMethod())
	}
	call := &connect.Call{
		Kind: connect.KindSQL, Connection: value.String(q.url), Exec: value.String(m.text),
		To: []value.Class{{}}, MaxResponse: q.limit, // a table or the count of changed rows
	}
	for _, name := range m.names {
		arg, ok := c.Arg(name)
		if !ok {
			return registry.Value{}, registry.Errorf(registry.CodeArgs, "the argument %s is missing", name)
		}
		v, err := bound(arg)
		if err != nil {
			return registry.Value{}, registry.Errorf(registry.CodeArgs, "the argument %s: %s", name, err)
		}
		call.Params = append(call.Params, connect.Param{Value: v, Class: value.ClassOfValue(v)})
	}
	select {
	case q.slots <- struct{}{}:
		defer func() { <-q.slots }()
	case <-ctx.Done():
		return registry.Value{}, ctx.Err()
	}
	reply, err := q.sql.Call(ctx, call)
	if err != nil {
		return registry.Value{}, failure(err)
	}
	return m.value(reply)
}

// failure gives an error of a database its code.
func failure(err error) error {
	var own *value.Error
	if !errors.As(err, &own) {
		return err
	}
	switch own.Code {
	case connect.CodeTooLarge:
		return registry.Errorf(registry.CodeResult, "%s", own.Message)
	case connect.CodeUnreachable:
		return registry.Errorf(registry.CodeOffline, "%s", own.Message)
	}
	for _, sign := range [...]string{"connection refused", "no such host", "dial tcp"} {
		if strings.Contains(own.Message, sign) {
			return registry.Errorf(registry.CodeOffline, "%s", own.Message)
		}
	}
	return registry.Errorf(registry.CodeExternal, "%s", own.Message)
}

// value takes what the method's result asks for from the first result set.
func (m *method) value(reply *connect.Reply) (registry.Value, error) {
	if m.result == none || len(reply.Results) == 0 {
		if m.result == rows {
			return registry.RowsOf(), nil
		}
		return registry.Value{}, nil
	}
	v, err := registry.FromValue(reply.Results[0], value.Class{Name: value.NameTableFile})
	if err != nil {
		return registry.Value{}, registry.Errorf(registry.CodeResult, "%s", err)
	}
	if v.Kind() != registry.RowCollection { // the count of changed rows
		if m.result == rows {
			return registry.RowsOf(), nil
		}
		return v, nil
	}
	if m.result == rows {
		return v, nil
	}
	if len(v.Items) == 0 || len(v.Items[0].Fields) == 0 {
		return registry.Value{}, nil
	}
	return v.Items[0].Fields[0].Value, nil
}

// bound is an argument as a value of the language, of the class that its own
// form asks for.
func bound(v registry.Value) (value.Value, error) {
	switch v.Kind() {
	case registry.Null:
		return value.Value{}, nil
	case registry.Boolean:
		if v.Bool {
			return value.TTrue, nil
		}
		return value.TFalse, nil
	case registry.Number:
		n, ok := value.ParseNumericExp(v.Text)
		if !ok {
			return value.Value{}, errors.New("no number")
		}
		if n.Scale() == 0 {
			if whole, err := strconv.ParseInt(value.TextOf(n), 10, 64); err == nil {
				return value.Int64(whole), nil
			}
		}
		return n, nil
	case registry.DateTime:
		if strings.HasSuffix(v.Text, "Z") || strings.LastIndexAny(v.Text, "+-") > len("2006-01-02T") {
			return value.ParseText(v.Text, value.Class{Name: value.NameZDateTime})
		}
		return value.ParseText(v.Text, value.ClassDateTime)
	case registry.Bytes:
		return registry.ToValue(v, value.Class{Name: value.NameRawFile})
	case registry.String:
		return value.String(v.Text), nil
	}
	return value.String(string(v.JSON())), nil
}
