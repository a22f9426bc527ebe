// Package lsfconn is the connector of EXTERNAL LSF: it calls an action of
// another lsFusion server over HTTP, or gives the signed request that would.
//
// Source: Access_to_an_external_system_EXTERNAL, seed 003.
package lsfconn

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/httpconn"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

var indexes = regexp.MustCompile(`\$(\d+)`)

// Connector does calls of kind LSF. Set its fields before the first call.
type Connector struct {
	Client httpconn.Client
	// Secret signs the requests that a call with an empty connection string
	// gives; the server that is to accept them has the same one.
	Secret []byte
}

// Call posts the parameters, in order and without names, to /exec, /eval or
// /eval/action. TO properties take what the action returns by default. With an
// empty connection string nothing is sent: the first result is the signed path
// and query.
func (l *Connector) Call(ctx context.Context, c *connect.Call) (*connect.Reply, error) {
	secrets := &connect.Secrets{}
	reply, err := l.call(ctx, c, secrets)
	return reply, httpconn.Redact(err, secrets)
}

func (l *Connector) call(ctx context.Context, c *connect.Call, secrets *connect.Secrets) (*connect.Reply, error) {
	if c.Connection.IsNull() {
		return nil, value.Errorf(connect.CodeCall, "connectionString not specified")
	}
	if c.Exec.IsNull() {
		return nil, value.Errorf(connect.CodeCall, "the action or script of EXTERNAL LSF is NULL")
	}
	path, param, eval := "/exec", "action", false
	switch c.Method {
	case connect.MethodExec, "":
	case connect.MethodEval:
		path, param, eval = "/eval", "script", true
	case connect.MethodEvalAction:
		path, param, eval = "/eval/action", "script", true
	default:
		return nil, value.Errorf(connect.CodeCall, "EXTERNAL LSF has no form %s", c.Method)
	}
	text, err := wire.EncodeForm(value.TextOf(c.Exec), wire.UTF8)
	if err != nil {
		return nil, err
	}
	query := path + "?" + param + "=" + text
	server := value.TextOf(c.Connection)
	if server == "" {
		return l.signed(c, query, eval)
	}
	secrets.AddURL(server)
	address, err := serverAddress(server)
	if err != nil {
		return nil, err
	}
	parts := make([]wire.Part, len(c.Params))
	for i, p := range c.Params {
		parts[i] = wire.Part{Value: p.Value, Class: p.Class}
	}
	body, err := wire.Encode(parts, wire.EncodeOptions{})
	if err != nil {
		return nil, err
	}
	req := &httpconn.Request{Method: "POST", URL: address + query, Body: body, MaxResponse: c.MaxResponse}
	if c.HTTP != nil {
		req.Timeout, req.Insecure = c.HTTP.Timeout, c.HTTP.Insecure
	}
	answer, err := l.Client.Do(ctx, req)
	if err != nil {
		return nil, err
	}
	return answer.Reply(c.To)
}

// serverAddress encodes the literal text of the connection string. $N is not
// replaced here: a server sees its index in the form that other clients send.
func serverAddress(text string) (string, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return "", value.Errorf(connect.CodeCall, "no protocol: %s", text)
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	path, err := wire.EncodeLiteral(indexes.ReplaceAllString(strings.TrimRight(path, "/"), "qxprm${1}nx"), wire.UTF8)
	return scheme + "://" + authority + path, err
}

// signed gives the path and query of the request with a parameter p for each
// value and a signature over all of it.
func (l *Connector) signed(c *connect.Call, query string, eval bool) (*connect.Reply, error) {
	if len(l.Secret) == 0 {
		return nil, value.Errorf(connect.CodeCall, "an empty connection string needs a secret to sign the request with")
	}
	params := make([]connect.Pair, len(c.Params))
	var b strings.Builder
	b.WriteString(query)
	for i, p := range c.Params {
		text, err := wire.ParamText(p.Value, wire.UTF8)
		if err != nil {
			return nil, err
		}
		params[i] = connect.Pair{Name: "p", Value: text}
		enc, err := wire.EncodeForm(text, wire.UTF8)
		if err != nil {
			return nil, err
		}
		b.WriteString("&p=" + enc)
	}
	b.WriteString("&signature=" + Sign(l.Secret, eval, value.TextOf(c.Exec), params))
	return httpconn.TextReply(b.String(), c.To)
}

// Sign is the signature of a request: base64url without padding of the
// HMAC-SHA256 over its parts, each preceded by its length: "1" for an eval or
// "0", the action or script, then names and values of all other parameters in
// their order (product decision 42).
func Sign(secret []byte, eval bool, text string, params []connect.Pair) string {
	mac := hmac.New(sha256.New, secret)
	part := func(s string) {
		mac.Write([]byte(strconv.Itoa(len(s)) + ":"))
		mac.Write([]byte(s))
	}
	if eval {
		part("1")
	} else {
		part("0")
	}
	part(text)
	for _, p := range params {
		part(p.Name)
		part(p.Value)
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Verify reports whether signature is that of the request, in constant time.
func Verify(secret []byte, signature string, eval bool, text string, params []connect.Pair) bool {
	return len(secret) > 0 && hmac.Equal([]byte(signature), []byte(Sign(secret, eval, text, params)))
}
