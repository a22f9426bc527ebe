// Package remote is the connector kind remote: it hands the call to the
// connector of the same id on another golsf server.
package remote

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/registry/httpcall"
	"github.com/golsf/golsf/runtime/connect/registry/web"
)

// Connector calls the connectors of a server.
type Connector struct {
	server string
	token  string
	client *web.Client
}

// New reads the settings: url of the server, and token.
func New(s *registry.Settings) (registry.Connector, error) {
	address, token := s.Need("url"), s.Text("token", "")
	if address != "" {
		httpcall.CheckURL(s, "url", address)
	}
	s.Secrets().AddURL(address)
	s.Secrets().Add(token)
	return To(address, token, s.Options().MaxResponse), s.Done()
}

// To makes the connector of a server; token is "" when it asks for none, limit
// the most bytes of an answer, 0 for no bound.
func To(server, token string, limit int64) *Connector {
	return &Connector{server: strings.TrimRight(server, "/"), token: token, client: web.New(limit)}
}

// Invoke posts the call to /connectors/{id}/{class}/{method} and takes the
// Result document that comes back, whatever its status.
func (r *Connector) Invoke(ctx context.Context, c *registry.Call) (registry.Value, error) {
	class := "-"
	if c.Class != "" {
		class = url.PathEscape(c.Class)
	}
	address := r.server + "/connectors/" + url.PathEscape(c.Connector) + "/" + class + "/" + url.PathEscape(c.Method)
	var headers []connect.Pair
	if r.token != "" {
		headers = []connect.Pair{{Name: "Authorization", Value: "Bearer " + r.token}}
	}
	a, err := r.client.Post(ctx, address, "application/json; charset=utf-8", headers, c.Document())
	if err != nil {
		return registry.Value{}, err
	}
	v, failed := registry.ParseResult(a.Body, 0)
	switch {
	case failed == nil && a.Status == http.StatusOK:
		return v, nil
	case failed == nil, failed.Code == registry.CodeResult && a.Status != http.StatusBadGateway && a.Status != http.StatusOK:
		return registry.Value{}, a.StatusError()
	}
	return registry.Value{}, failed
}

// Close closes connections that are kept open.
func (r *Connector) Close() error {
	r.client.Close()
	return nil
}
