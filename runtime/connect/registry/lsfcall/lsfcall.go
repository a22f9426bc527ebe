// Package lsfcall is the connector kind lsf: the method is an action of an
// lsFusion server, the class its namespace.
package lsfcall

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/registry/httpcall"
	"github.com/golsf/golsf/runtime/connect/registry/web"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

type connector struct {
	server, token string
	client        *web.Client
}

// New reads the settings: url of the server, and token.
func New(s *registry.Settings) (registry.Connector, error) {
	c := &connector{server: strings.TrimRight(s.Need("url"), "/"), token: s.Text("token", ""), client: web.New(s.Options().MaxResponse)}
	if c.server != "" {
		httpcall.CheckURL(s, "url", c.server)
	}
	s.Secrets().AddURL(c.server)
	s.Secrets().Add(c.token)
	return c, s.Done()
}

// Invoke runs the action with the arguments by position.
func (l *connector) Invoke(ctx context.Context, c *registry.Call) (registry.Value, error) {
	parts := make([]wire.Part, len(c.Args))
	for i, a := range c.Args {
		class := value.ClassString
		switch a.Value.Kind() {
		case registry.Row, registry.RowCollection, registry.Array:
			class = value.Class{Name: value.NameJSONFile}
		case registry.Bytes:
			class = value.ClassFile
		}
		v, err := registry.ToValue(a.Value, class)
		if err != nil {
			return registry.Value{}, registry.Errorf(registry.CodeArgs, "argument %s: %s", a.Name, err)
		}
		parts[i] = wire.Part{Value: v, Class: class}
	}
	body, err := wire.Encode(parts, wire.EncodeOptions{})
	if err != nil {
		return registry.Value{}, registry.Errorf(registry.CodeArgs, "%s", err)
	}
	contentType := body.Type
	if !body.Present {
		contentType = "application/x-www-form-urlencoded"
	}
	var headers []connect.Pair
	if l.token != "" {
		headers = append(headers, connect.Pair{Name: "Authorization", Value: "Bearer " + l.token})
	}
	a, err := l.client.Post(ctx, l.server+"/exec?action="+url.QueryEscape(c.FullMethod()), contentType, headers, body.Bytes)
	if err != nil {
		return registry.Value{}, err
	}
	switch {
	case a.Status == http.StatusNotFound:
		return registry.Value{}, registry.Errorf(registry.CodeMethod, "there is no action %s", c.FullMethod())
	case a.Status < 200 || a.Status > 299:
		return registry.Value{}, a.StatusError()
	}
	items, err := wire.Decode(wire.Head{ContentType: a.Header.Get("Content-Type"), Disposition: a.Header.Get("Content-Disposition")}, a.Body)
	if err != nil {
		return registry.Value{}, registry.Errorf(registry.CodeResult, "%s", err)
	}
	return resultOf(items)
}

// resultOf makes the value of an answer: several parts are an Array.
func resultOf(items []wire.Item) (registry.Value, error) {
	values := make([]registry.Value, len(items))
	for i, it := range items {
		v, err := itemValue(it)
		if err != nil {
			return registry.Value{}, registry.Errorf(registry.CodeResult, "%s", err)
		}
		values[i] = v
	}
	switch len(values) {
	case 0:
		return registry.Value{}, nil
	case 1:
		return values[0], nil
	}
	return registry.ArrayOf(values...), nil
}

func itemValue(it wire.Item) (registry.Value, error) {
	switch {
	case it.URLEncoded:
		return registry.TextOf(it.Text), nil
	case it.Ext == "null":
		return registry.Value{}, nil
	case it.Ext == "json":
		return registry.ParseJSON(it.Bytes)
	case it.Ext == "table":
		return registry.RowsOfTable(it.Bytes)
	case strings.HasPrefix(it.Type, "text/") || it.Ext == "xml":
		text, err := wire.DecodeText(it.Bytes, it.Charset)
		return registry.TextOf(text), err
	}
	return registry.BytesOf(it.Bytes), nil
}

// Close closes connections that are kept open.
func (l *connector) Close() error {
	l.client.Close()
	return nil
}
