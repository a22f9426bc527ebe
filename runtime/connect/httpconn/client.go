package httpconn

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

const (
	defaultTimeout = 30 * time.Minute
	defaultRetry   = time.Second
	maxRedirects   = 50
)

// Client sends requests over HTTP/1.1. The zero value is ready; set its fields
// before the first request.
type Client struct {
	// RetryDelay is the pause before a request is sent a second time after 429
	// or 503 without Retry-After, or after a connection that gave no answer to
	// GET, PUT or DELETE; 0 is one second.
	RetryDelay time.Duration
	UserAgent  string         // "" is golsf
	RootCAs    *x509.CertPool // nil: those of the system
	// Dial opens connections, nil is a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Request is a request ready to send.
type Request struct {
	Method      string
	URL         string // absolute, encoded
	Headers     []connect.Pair
	Cookies     []connect.Pair // of the option COOKIES: value and attributes
	Body        wire.Body
	Timeout     time.Duration // 0: 30 minutes
	Insecure    bool
	MaxResponse int64 // 0: no bound
}

// Answer is what a request got.
type Answer struct {
	Status  int
	Reason  string
	Body    []byte // unpacked
	Cookies []connect.Pair

	headers   []connect.Pair
	hasEntity bool
	url       address
}

// Do sends the request, follows redirects and repeats once after 429, 503 or an
// empty connection. Every status is an answer, not an error. HEADERS and COOKIES
// go with a redirect only to the same host and port.
func (c *Client) Do(ctx context.Context, r *Request) (*Answer, error) {
	a, err := parseAddress(r.URL)
	if err != nil {
		return nil, err
	}
	timeout := r.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cookies := &jar{now: time.Now()}
	for _, p := range r.Cookies {
		if err := cookies.add(p, a); err != nil {
			return nil, err
		}
	}
	origin := a.dial()
	visited := make(map[string]bool)
	send := *r
	for range maxRedirects + 1 {
		answer, err := c.attempt(ctx, a, &send, cookies)
		if err != nil {
			return nil, failure(ctx, err, a, timeout)
		}
		location := answer.Header("Location")
		if !redirects(answer.Status) || location == "" {
			answer.Cookies = cookies.pairs()
			return answer, nil
		}
		if a, err = a.resolve(location); err != nil {
			return nil, err
		}
		if visited[a.String()] {
			return nil, value.Errorf(connect.CodeAnswer, "Circular redirect to '%s'", a)
		}
		visited[a.String()] = true
		send.redirect(answer.Status, a.dial() == origin)
	}
	return nil, value.Errorf(connect.CodeAnswer, "more than %d redirects", maxRedirects)
}

func redirects(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// redirect prepares the request for the next address.
func (r *Request) redirect(status int, sameHost bool) {
	if status == 303 && r.Method != "GET" || (status == 301 || status == 302) && r.Method == "POST" {
		r.Method, r.Body = "GET", wire.Body{}
		var kept []connect.Pair
		for _, h := range r.Headers {
			if !strings.EqualFold(h.Name, "Content-Type") && !strings.EqualFold(h.Name, "Content-Disposition") {
				kept = append(kept, h)
			}
		}
		r.Headers = kept
	}
	if !sameHost {
		var kept []connect.Pair
		for _, h := range r.Headers {
			if r.Body.Present && strings.EqualFold(h.Name, "Content-Type") {
				kept = append(kept, h)
			}
		}
		r.Headers = kept
	}
}

// attempt exchanges a request for an answer, twice if need be.
func (c *Client) attempt(ctx context.Context, a address, r *Request, cookies *jar) (*Answer, error) {
	for try := 0; ; try++ {
		answer, err := c.exchange(ctx, a, r, cookies.header(a))
		if err == nil {
			for _, h := range answer.headers {
				if strings.EqualFold(h.Name, "Set-Cookie") {
					cookies.receive(h.Value, a)
				}
			}
		}
		again := err == nil && (answer.Status == 429 || answer.Status == 503) ||
			errors.Is(err, errNoAnswer) && (r.Method == "GET" || r.Method == "PUT" || r.Method == "DELETE")
		if try > 0 || !again {
			return answer, err
		}
		pause := c.RetryDelay
		if pause == 0 {
			pause = defaultRetry
		}
		if answer != nil {
			pause = retryAfter(answer.Header("Retry-After"), pause)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

func retryAfter(header string, def time.Duration) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(header)); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if t, err := time.Parse(time.RFC1123, header); err == nil && t.After(time.Now()) {
		return time.Until(t)
	}
	return def
}

func (c *Client) userAgent() string {
	if c.UserAgent != "" {
		return c.UserAgent
	}
	return "golsf"
}

// failure words an error of the network as a *value.Error that ends in its cause.
func failure(ctx context.Context, err error, a address, timeout time.Duration) error {
	var own *value.Error
	var dns *net.DNSError
	var ne net.Error
	where := a.scheme + "://" + a.authority()
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(ctx.Err(), context.Canceled):
		return value.Errorf(connect.CodeTimeout, "the call to %s was stopped", where)
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &ne) && ne.Timeout():
		return value.Errorf(connect.CodeTimeout, "%s gave no answer within %s: TimeoutException", where, timeout)
	case errors.As(err, &dns):
		return value.Errorf(connect.CodeUnreachable, "%s: Name or service not known", a.host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return value.Errorf(connect.CodeUnreachable, "Connect to %s failed: Connection refused", where)
	case errors.Is(err, errNoAnswer):
		return value.Errorf(connect.CodeUnreachable, "%s failed to respond", a.authority())
	}
	return value.Errorf(connect.CodeUnreachable, "Connect to %s failed: %s", where, err.Error())
}
