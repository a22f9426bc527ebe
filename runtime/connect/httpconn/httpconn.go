// Package httpconn is the connector of EXTERNAL HTTP: it puts parameters into
// the URL and the body, sends the request over HTTP/1.1, follows redirects, and
// reads the answer by the classes of the TO properties. EXTERNAL LSF uses its
// Client too.
//
// Source: Access_to_an_external_system_EXTERNAL, EXTERNAL_operator, seed 003.
package httpconn

import (
	"context"
	"strings"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// Connector does calls of kind HTTP. The zero value is ready for use.
type Connector struct {
	Client Client
}

// Call makes the request of c. A connection string that is empty or begins with
// "/" makes none: the text after substitution is the one result.
func (h *Connector) Call(ctx context.Context, c *connect.Call) (*connect.Reply, error) {
	opts := c.HTTP
	if opts == nil {
		opts = &connect.HTTPOptions{}
	}
	secrets := &connect.Secrets{}
	secrets.AddHeaders(opts.Headers)
	for _, cookie := range opts.Cookies {
		v, _, _ := strings.Cut(cookie.Value, ";")
		secrets.Add(v)
	}
	reply, err := h.call(ctx, c, opts, secrets)
	return reply, Redact(err, secrets)
}

// Redact masks secrets in the message of err, which it turns into a
// *value.Error if it is none.
func Redact(err error, secrets *connect.Secrets) error {
	if err == nil {
		return nil
	}
	e, ok := err.(*value.Error)
	if !ok {
		e = value.Errorf(connect.CodeUnreachable, "%s", err.Error())
	}
	return &value.Error{Code: e.Code, Message: secrets.Redact(e.Message)}
}

func (h *Connector) call(ctx context.Context, c *connect.Call, opts *connect.HTTPOptions, secrets *connect.Secrets) (*connect.Reply, error) {
	if c.Connection.IsNull() {
		return nil, value.Errorf(connect.CodeCall, "connectionString not specified")
	}
	method, err := methodOf(c.Method)
	if err != nil {
		return nil, err
	}
	used := make([]bool, len(c.Params))
	template := value.TextOf(c.Connection)
	secrets.AddURL(template)
	if template == "" || strings.HasPrefix(template, "/") {
		text, err := expandText(c, template, opts.NoEncode, wire.UTF8, used)
		if err != nil {
			return nil, err
		}
		return TextReply(text, c.To)
	}
	address, err := expandURL(c, template, opts.NoEncode, used)
	if err != nil {
		return nil, err
	}
	secrets.AddURL(address)
	req := &Request{
		Method: method, URL: address, Headers: opts.Headers, Cookies: opts.Cookies,
		Timeout: opts.Timeout, Insecure: opts.Insecure, MaxResponse: c.MaxResponse,
	}
	if method != "GET" {
		if req.Body, err = buildBody(c, opts, used); err != nil {
			return nil, err
		}
	}
	answer, err := h.Client.Do(ctx, req)
	if err != nil {
		return nil, err
	}
	return answer.Reply(c.To)
}

func methodOf(m string) (string, error) {
	switch m {
	case "":
		return "POST", nil
	case "GET", "POST", "PUT", "PATCH", "DELETE":
		return m, nil
	}
	return "", value.Errorf(connect.CodeCall, "the HTTP method %s is not supported", m)
}

// TextReply is the reply of a call that makes no request: text is the first
// result, the other TO properties are cleared.
func TextReply(text string, to []value.Class) (*connect.Reply, error) {
	r := &connect.Reply{Results: make([]value.Value, len(to))}
	if len(to) == 0 {
		return r, nil
	}
	if to[0].IsText() {
		r.Results[0] = value.String(text)
		return r, nil
	}
	v, err := wire.Item{URLEncoded: true, Text: text, Charset: wire.UTF8}.Value(to[0])
	r.Results[0] = v
	return r, err
}

// buildBody makes the body of the parameters that the URL has not used.
func buildBody(c *connect.Call, opts *connect.HTTPOptions, used []bool) (wire.Body, error) {
	eo := wire.EncodeOptions{}
	for _, p := range opts.Headers {
		if p.Name == "Content-Type" {
			eo.Forced = wire.ParseContentType(p.Value)
		}
	}
	if len(opts.BodyParamNames) > 0 {
		eo.Named = "multipart/form-data"
	}
	if !opts.BodyURL.IsNull() {
		return urlEncodedBody(c, opts, used, eo)
	}
	var parts []wire.Part
	for i, p := range c.Params {
		if used[i] {
			continue
		}
		part := wire.Part{Value: p.Value, Class: p.Class}
		k := len(parts)
		if k < len(opts.BodyParamNames) && !opts.BodyParamNames[k].IsNull() {
			pieces := strings.Split(value.TextOf(opts.BodyParamNames[k]), ";")
			if part.Name = pieces[0]; strings.TrimSpace(part.Name) == "" {
				return wire.Body{}, value.Errorf(connect.CodeCall, "name %d of BODYPARAMNAMES: Name is blank", k+1)
			}
			if len(pieces) > 1 {
				part.FileName = pieces[1]
			}
		}
		if k < len(opts.BodyParamHeaders) {
			part.Headers = opts.BodyParamHeaders[k]
		}
		parts = append(parts, part)
	}
	return wire.Encode(parts, eo)
}

// urlEncodedBody expands BODYURL, which must use every parameter that the URL
// has not used.
func urlEncodedBody(c *connect.Call, opts *connect.HTTPOptions, used []bool, eo wire.EncodeOptions) (wire.Body, error) {
	if eo.Named != "" && eo.Forced.Type == "" || eo.Forced.Multipart() {
		return wire.Body{}, value.Errorf(connect.CodeCall, "BODYURL gives an urlencoded body and cannot go together with a multipart type or BODYPARAMNAMES")
	}
	text, err := expandText(c, value.TextOf(opts.BodyURL), opts.NoEncode, eo.Forced.Charset(), used)
	if err != nil {
		return wire.Body{}, err
	}
	for _, u := range used {
		if !u {
			return wire.Body{}, value.Errorf(connect.CodeCall, "All params should be used in BODYURL")
		}
	}
	body := wire.Body{Present: true, Type: "application/x-www-form-urlencoded; charset=" + wire.UTF8}
	if eo.Forced.Type != "" {
		body.Type = eo.Forced.String()
	}
	body.Bytes, err = wire.EncodeText(text, eo.Forced.Charset())
	return body, err
}
