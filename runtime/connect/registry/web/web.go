// Package web sends the requests of connectors that speak HTTP: one attempt, no
// redirects, a bounded answer.
package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/registry"
)

// Client keeps connections open for further requests. It is safe for use by
// several goroutines.
type Client struct {
	http  *http.Client
	limit int64
}

// New makes a client whose answers have at most limit bytes; 0 is no bound.
func New(limit int64) *Client {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{}).DialContext,
		MaxIdleConnsPerHost: 64,
		ForceAttemptHTTP2:   true,
	}
	return &Client{limit: limit, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Answer is what came back.
type Answer struct {
	Status int
	Reason string
	Header http.Header
	Body   []byte
}

// Post sends a body. Every status is an answer.
func (c *Client) Post(ctx context.Context, address, contentType string, headers []connect.Pair, body []byte) (*Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, registry.Errorf(registry.CodeExternal, "the address cannot be used: %s", cause(err))
	}
	// A request is never repeated by itself: the other side may have acted.
	req.GetBody = nil
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "golsf")
	for _, h := range headers {
		if strings.EqualFold(h.Name, "Host") {
			req.Host = h.Value
			continue
		}
		req.Header.Set(h.Name, h.Value)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, Failure(err)
	}
	defer resp.Body.Close()
	src := io.Reader(resp.Body)
	if c.limit > 0 {
		src = io.LimitReader(resp.Body, c.limit+1)
	}
	data, err := io.ReadAll(src)
	if err != nil {
		return nil, Failure(err)
	}
	if c.limit > 0 && int64(len(data)) > c.limit {
		return nil, registry.Errorf(registry.CodeResult, "the answer is larger than %d bytes", c.limit)
	}
	_, reason, _ := strings.Cut(resp.Status, " ")
	return &Answer{Status: resp.StatusCode, Reason: reason, Header: resp.Header, Body: data}, nil
}

// Failure words an error of the network: offline when no connection came about.
func Failure(err error) error {
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial":
		return registry.Errorf(registry.CodeOffline, "the server cannot be reached: %s", cause(err))
	}
	return registry.Errorf(registry.CodeExternal, "the server gave no answer: %s", cause(err))
}

// cause leaves out the address, which may hold secrets in any form.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// maxDetails is how much of an answer details show.
const maxDetails = 2000

// StatusError is the error of an answer outside 200..299.
func (a *Answer) StatusError() *registry.Error {
	e := registry.Errorf(registry.CodeExternal, "the server answers %d %s", a.Status, a.Reason)
	e.Details = a.details()
	return e
}

func (a *Answer) details() json.RawMessage {
	text := strings.ToValidUTF8(string(a.Body), "�")
	if utf8.RuneCountInString(text) > maxDetails {
		text = string([]rune(text)[:maxDetails])
	}
	return registry.RowOf(
		registry.Field{Name: "status", Value: registry.NumberOf(int64(a.Status))},
		registry.Field{Name: "body", Value: registry.TextOf(text)},
	).JSON()
}
