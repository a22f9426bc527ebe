// Package httpcall is the connector kind http: it posts the Call document to a
// web service, such as one of 1C, and takes the JSON answer as the value.
package httpcall

import (
	"bytes"
	"context"
	"net/url"
	"strings"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/registry/web"
)

type connector struct {
	url     string
	headers []connect.Pair
	client  *web.Client
}

// New reads the settings: url, which may hold {class} and {method}, and
// headers.
func New(s *registry.Settings) (registry.Connector, error) {
	c := &connector{url: s.Need("url"), headers: s.Pairs("headers"), client: web.New(s.Options().MaxResponse)}
	if c.url != "" {
		CheckURL(s, "url", strings.NewReplacer("{class}", "c", "{method}", "m").Replace(c.url))
	}
	s.Secrets().AddURL(c.url)
	s.Secrets().AddHeaders(c.headers)
	return c, s.Done()
}

// CheckURL notes a setting that is no address of a web service.
func CheckURL(s *registry.Settings, name, text string) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		s.Fault(name, "no URL of http or https")
	}
}

// Invoke posts the call. {class} and {method} are each one segment of the path.
func (h *connector) Invoke(ctx context.Context, c *registry.Call) (registry.Value, error) {
	address := strings.NewReplacer("{class}", url.PathEscape(c.Class), "{method}", url.PathEscape(c.Method)).Replace(h.url)
	a, err := h.client.Post(ctx, address, "application/json; charset=utf-8", h.headers, c.Document())
	if err != nil {
		return registry.Value{}, err
	}
	if a.Status < 200 || a.Status > 299 {
		return registry.Value{}, a.StatusError()
	}
	if len(bytes.TrimSpace(a.Body)) == 0 {
		return registry.Value{}, nil
	}
	v, err := registry.ParseJSON(bytes.TrimPrefix(a.Body, []byte("\xef\xbb\xbf")))
	if err != nil {
		return registry.Value{}, registry.Errorf(registry.CodeResult, "the answer is no JSON: %s", err)
	}
	return v, nil
}

// Close closes connections that are kept open.
func (h *connector) Close() error {
	h.client.Close()
	return nil
}
