package httpconn

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// maxHeader bounds the header of an answer in bytes.
const maxHeader = 1 << 20

// errNoAnswer means that the connection ended or held no HTTP before an answer.
var errNoAnswer = errors.New("failed to respond")

// exchange sends one request over a connection of its own and reads the answer.
// net/http's client is not used: it canonicalizes and reorders header names,
// which HEADERS and HEADERSTO show, and adds a Content-Length where there is no
// body.
func (c *Client) exchange(ctx context.Context, a address, r *Request, cookies string) (*Answer, error) {
	conn, viaProxy, err := c.connect(ctx, a, r.Insecure)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	head, err := r.head(a, cookies, viaProxy, c.userAgent())
	if err != nil {
		return nil, err
	}
	written := make(chan error, 1)
	go func() { // an answer may come before the whole body is sent
		_, err := (&net.Buffers{head, r.Body.Bytes}).WriteTo(conn)
		written <- err
	}()
	answer, err := readAnswer(conn, a, r)
	if err != nil {
		conn.Close()
		<-written
		return nil, err
	}
	conn.Close()
	<-written
	return answer, nil
}

// head is the request line and headers.
func (r *Request) head(a address, cookies, proxyAuth, agent string) ([]byte, error) {
	var b bytes.Buffer
	target := a.target
	if proxyAuth != "" && a.scheme == "http" {
		target = a.String()
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", r.Method, target)
	has := make(map[string]bool)
	for _, h := range r.Headers {
		if r.Body.Present && h.Name == "Content-Type" {
			continue
		}
		lower := strings.ToLower(h.Name)
		if lower == "content-length" || lower == "transfer-encoding" {
			return nil, value.Errorf(connect.CodeCall, "%s header already present: it is set by the call", h.Name)
		}
		if err := checkHeader(h); err != nil {
			return nil, err
		}
		has[lower] = true
		fmt.Fprintf(&b, "%s: %s\r\n", h.Name, h.Value)
	}
	if r.Body.Present {
		if r.Body.Disposition != "" && !has["content-disposition"] {
			fmt.Fprintf(&b, "Content-Disposition: %s\r\n", r.Body.Disposition)
		}
		typ := connect.Pair{Name: "Content-Type", Value: r.Body.Type}
		if err := checkHeader(typ); err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "Content-Type: %s\r\nContent-Length: %d\r\n", r.Body.Type, len(r.Body.Bytes))
	}
	for _, d := range [...]connect.Pair{
		{Name: "Accept-Encoding", Value: "gzip, x-gzip, deflate"},
		{Name: "Host", Value: a.authority()},
		{Name: "Connection", Value: "keep-alive"},
		{Name: "User-Agent", Value: agent},
	} {
		if !has[strings.ToLower(d.Name)] {
			fmt.Fprintf(&b, "%s: %s\r\n", d.Name, d.Value)
		}
	}
	if cookies != "" {
		h := connect.Pair{Name: "Cookie", Value: cookies}
		if err := checkHeader(h); err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "Cookie: %s\r\n", cookies)
	}
	if auth, ok := strings.CutPrefix(proxyAuth, "Basic "); ok {
		fmt.Fprintf(&b, "Proxy-Authorization: Basic %s\r\n", auth)
	}
	b.WriteString("\r\n")
	return b.Bytes(), nil
}

func checkHeader(h connect.Pair) error {
	bad := h.Name == "" || strings.ContainsAny(h.Value, "\r\n\x00")
	for i := 0; i < len(h.Name); i++ {
		if c := h.Name[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("()<>@,;:\\\"/[]?={}", c) >= 0 {
			bad = true
		}
	}
	if bad {
		return value.Errorf(connect.CodeCall, "the header %q has a name or value that cannot be sent", h.Name)
	}
	return nil
}

// connect opens the connection, through a proxy where the environment asks for
// one. viaProxy is "" without a proxy for plain requests, else how it is
// authorized.
func (c *Client) connect(ctx context.Context, a address, insecure bool) (conn net.Conn, viaProxy string, err error) {
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: a.scheme, Host: a.authority()}})
	if err != nil {
		return nil, "", err
	}
	if proxy == nil || proxy.Scheme != "http" {
		conn, err = dial(ctx, "tcp", a.dial())
	} else {
		conn, err = dial(ctx, "tcp", address{scheme: "http", host: proxy.Hostname(), port: proxy.Port()}.dial())
		viaProxy = "none"
		if proxy.User != nil {
			password, _ := proxy.User.Password()
			viaProxy = "Basic " + base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password))
		}
	}
	if err != nil {
		return nil, "", err
	}
	if a.scheme == "http" {
		return conn, viaProxy, nil
	}
	if viaProxy != "" {
		if err = tunnel(ctx, conn, a.dial(), viaProxy); err != nil {
			conn.Close()
			return nil, "", err
		}
	}
	secure := tls.Client(conn, &tls.Config{ServerName: a.host, InsecureSkipVerify: insecure, RootCAs: c.RootCAs})
	if err = secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, "", err
	}
	return secure, "", nil
}

// tunnel asks a proxy for a connection to host:port.
func tunnel(ctx context.Context, conn net.Conn, target, auth string) error {
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	head := "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n"
	if strings.HasPrefix(auth, "Basic ") {
		head += "Proxy-Authorization: " + auth + "\r\n"
	}
	if _, err := io.WriteString(conn, head+"\r\n"); err != nil {
		return err
	}
	// Read byte by byte: what follows the header belongs to TLS.
	var got []byte
	one := make([]byte, 1)
	for !bytes.HasSuffix(got, []byte("\r\n\r\n")) {
		if len(got) > maxHeader {
			return errNoAnswer
		}
		if _, err := io.ReadFull(conn, one); err != nil {
			return err
		}
		got = append(got, one[0])
	}
	if f := strings.Fields(string(got)); len(f) < 2 || f[1] != "200" {
		line, _, _ := strings.Cut(string(got), "\r\n")
		return value.Errorf(connect.CodeUnreachable, "the proxy refuses the connection: %s", line)
	}
	return nil
}

// readAnswer reads the final answer, skipping interim ones.
func readAnswer(conn net.Conn, a address, r *Request) (*Answer, error) {
	br := bufio.NewReader(conn)
	for {
		block, err := readHead(br)
		if err != nil {
			return nil, err
		}
		resp, err := http.ReadResponse(bufio.NewReader(io.MultiReader(bytes.NewReader(block), br)), &http.Request{Method: r.Method})
		if err != nil {
			return nil, errNoAnswer
		}
		if resp.StatusCode >= 100 && resp.StatusCode < 200 && resp.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		answer := &Answer{Status: resp.StatusCode, url: a}
		answer.Reason = strings.TrimPrefix(strings.TrimPrefix(resp.Status, strconv.Itoa(resp.StatusCode)), " ")
		for line := range strings.Lines(string(block)) {
			name, v, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
			if ok && !strings.HasPrefix(line, "HTTP/") {
				answer.headers = append(answer.headers, connect.Pair{Name: name, Value: strings.Trim(v, " \t")})
			}
		}
		answer.hasEntity = !(resp.StatusCode == 204 || resp.StatusCode == 205 || resp.StatusCode == 304)
		if answer.hasEntity {
			err = answer.readBody(resp, r.MaxResponse)
		}
		return answer, err
	}
}

// readHead reads the status line and headers with the empty line behind them.
func readHead(br *bufio.Reader) ([]byte, error) {
	var block []byte
	for {
		line, err := br.ReadSlice('\n')
		block = append(block, line...)
		if err == bufio.ErrBufferFull && len(block) < maxHeader {
			continue
		}
		if err != nil {
			var ne net.Error
			if errors.As(err, &ne) && ne.Timeout() {
				return nil, err
			}
			return nil, errNoAnswer
		}
		if len(block) == len(line) && !bytes.HasPrefix(line, []byte("HTTP/")) || len(block) > maxHeader {
			return nil, errNoAnswer
		}
		if s := string(line); s == "\r\n" || s == "\n" {
			return block, nil
		}
	}
}

// countingReader counts what was read, and fails beyond limit.
type countingReader struct {
	r        io.Reader
	n, limit int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.limit > 0 && c.n > c.limit {
		return 0, tooLarge(c.limit)
	}
	return n, err
}

func tooLarge(limit int64) error {
	return value.Errorf(connect.CodeTooLarge, "the answer is larger than the limit of %d bytes (--max-response)", limit)
}

func badCoding(err error, coding string) error {
	var own *value.Error
	if errors.As(err, &own) {
		return own
	}
	return value.Errorf(connect.CodeAnswer, "the answer is no %s: %s", coding, err.Error())
}

// readBody reads and unpacks the body.
func (a *Answer) readBody(resp *http.Response, limit int64) error {
	raw := &countingReader{r: resp.Body, limit: limit}
	coding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding")))
	var src io.Reader = raw
	switch coding {
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(raw)
		if err == io.EOF && raw.n == 0 {
			break
		}
		if err != nil {
			return badCoding(err, coding)
		}
		src = z
	case "deflate":
		br := bufio.NewReader(raw)
		if b, err := br.Peek(2); err == nil && b[0]&0x0f == 8 && (uint16(b[0])<<8|uint16(b[1]))%31 == 0 {
			if src, err = zlib.NewReader(br); err != nil {
				return badCoding(err, coding)
			}
		} else {
			src = flate.NewReader(br)
		}
	default:
		coding = ""
	}
	body, err := io.ReadAll(&countingReader{r: src, limit: limit})
	var own *value.Error
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, io.ErrUnexpectedEOF) && resp.ContentLength >= 0:
		return value.Errorf(connect.CodeUnreachable, "Premature end of Content-Length delimited message body (expected: %d; received: %d)", resp.ContentLength, raw.n)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return value.Errorf(connect.CodeUnreachable, "the answer ends too early, after %d bytes", raw.n)
	case err != nil:
		return err
	}
	a.Body = body
	if coding != "" {
		kept := a.headers[:0]
		for _, h := range a.headers {
			if !strings.EqualFold(h.Name, "Content-Encoding") && !strings.EqualFold(h.Name, "Content-Length") {
				kept = append(kept, h)
			}
		}
		a.headers = kept
	}
	return nil
}

// Header is the first value of a header, names in any case; "" when there is
// none.
func (a *Answer) Header(name string) string {
	for _, h := range a.headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// Headers are the headers of the answer in order; those of one name, as it was
// written, are joined by ",".
func (a *Answer) Headers() []connect.Pair {
	var out []connect.Pair
next:
	for _, h := range a.headers {
		for i := range out {
			if out[i].Name == h.Name {
				out[i].Value += "," + h.Value
				continue next
			}
		}
		out = append(out, h)
	}
	return out
}

// Reply turns the answer into results for the TO classes: missing ones are
// NULL, surplus ones are dropped. A status outside 200..299 and a result that
// its class cannot hold come back as an error beside the reply; behind such a
// result the TO properties keep their values.
func (a *Answer) Reply(to []value.Class) (*connect.Reply, error) {
	reply := &connect.Reply{Status: a.Status, Headers: a.Headers(), Cookies: a.Cookies}
	var items []wire.Item
	var err error
	if a.hasEntity {
		path, _, _ := strings.Cut(a.url.target, "?")
		name, uerr := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
		if uerr != nil {
			name = ""
		}
		items, err = wire.Decode(wire.Head{ContentType: a.Header("Content-Type"), Disposition: a.Header("Content-Disposition"), URLName: name}, a.Body)
	}
	for i := 0; i < len(to) && err == nil; i++ {
		var v value.Value
		if i < len(items) {
			if v, err = items[i].Value(to[i]); err != nil {
				break
			}
		}
		reply.Results = append(reply.Results, v)
	}
	if a.Status < 200 || a.Status > 299 {
		return reply, a.statusError()
	}
	return reply, err
}

func (a *Answer) statusError() error {
	text := strconv.Itoa(a.Status) + " " + a.Reason
	if a.hasEntity {
		charset := wire.ParseContentType(a.Header("Content-Type")).Charset()
		body, err := wire.DecodeText(a.Body, charset)
		if err != nil {
			return err
		}
		text += "\n" + body
	}
	return &value.Error{Code: connect.CodeStatus, Message: text}
}
