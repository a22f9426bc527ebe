package server

import (
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// prepare fills the properties of module System that tell about the request:
// those that the action reads.
func prepare(h *interp.Host, r *http.Request, c *call) error {
	p := &properties{host: h, read: c.reads}
	p.set("method", value.String(r.Method))
	p.set("scheme", value.String("http"))
	p.set("query", text(r.URL.RawQuery))
	p.set("contentType", text(r.Header.Get("Content-Type")))
	p.set("contextPath", value.String(""))
	p.set("servletPath", value.String(r.URL.Path))
	p.set("pathInfo", value.String(""))
	if c.route == execRoute {
		p.set("actionPathInfo", value.String(c.tail))
	} else {
		p.set("actionPathInfo", value.Value{})
	}
	p.address(r.Host)
	p.set("body", value.FileOf(value.NameRawFile, &value.FileData{Bytes: c.body}))
	p.headers(r)
	p.parameters(c)
	return p.err
}

// properties sets properties until one fails.
type properties struct {
	host *interp.Host
	read map[string]bool // names that the action reads; nil is all
	err  error
}

func (p *properties) reads(name string) bool { return p.read == nil || p.read[name] }

func (p *properties) set(name string, v value.Value, keys ...value.Value) {
	if p.err == nil && p.reads(name) {
		p.err = p.host.Set(name, v, keys...)
	}
}

// address fills webHost and webPort.
func (p *properties) address(address string) {
	host, port, _ := strings.Cut(address, ":")
	if strings.HasPrefix(address, "[") {
		host, port, _ = strings.Cut(address, "]:")
		host = strings.TrimSuffix(host, "]") + "]"
	}
	p.set("webHost", value.String(host))
	if n, err := strconv.Atoi(port); err == nil {
		p.set("webPort", value.Int(int32(n)))
	} else {
		p.set("webPort", value.Value{})
	}
}

// headers fills headers and cookies.
func (p *properties) headers(r *http.Request) {
	if p.reads("headers") {
		p.host.Clear("headers")
		p.set("headers", value.String(r.Host), value.String("Host"))
		for name, values := range r.Header {
			p.set("headers", value.String(strings.Join(values, ",")), value.String(headerName(name)))
		}
	}
	if !p.reads("cookies") {
		return
	}
	p.host.Clear("cookies")
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			if name, v, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && name != "" {
				decoded, err := wire.DecodeForm(v, wire.UTF8)
				if err != nil && p.err == nil {
					p.err = err
				}
				p.set("cookies", value.String(decoded), value.String(name))
			}
		}
	}
}

// parameters fills params and fileParams: each counts the equal names from 0.
func (p *properties) parameters(c *call) {
	if !p.reads("params") && !p.reads("fileParams") {
		return
	}
	p.host.Clear("params")
	p.host.Clear("fileParams")
	texts, files := map[string]int32{}, map[string]int32{}
	for _, list := range [][]wire.Item{c.query, c.posted} {
		for i := range list {
			it := &list[i]
			if it.URLEncoded {
				if !it.NoValue {
					p.set("params", value.String(it.Text), value.String(it.Name), value.Int(texts[it.Name]))
				}
				texts[it.Name]++
				continue
			}
			v, err := it.Value(value.Class{Name: value.NameNamedFile})
			if err != nil && p.err == nil {
				p.err = err
			}
			p.set("fileParams", v, value.String(it.Name), value.Int(files[it.Name]))
			files[it.Name]++
		}
	}
}

// headerName writes a name with one capital, as programs look it up.
func headerName(name string) string { return name[:1] + strings.ToLower(name[1:]) }

// text is a text, or NULL when it is empty.
func text(s string) value.Value {
	if s == "" {
		return value.Value{}
	}
	return value.String(s)
}

// answer is what an action answers.
type answer struct {
	status  int
	headers []connect.Pair
	cookies []connect.Pair
	body    wire.Body
}

// finish reads what the action says about its answer.
func (a *answer) finish(h *interp.Host) error {
	a.status = http.StatusOK
	if v := h.Get("statusHttpTo"); !v.IsNull() {
		if a.status = int(v.Num()); a.status < 200 || a.status > 999 {
			return value.Errorf(connect.CodeAnswer, "statusHttpTo is %d: no status of an answer", a.status)
		}
	}
	pairs := func(name string) (list []connect.Pair) {
		h.Rows(name, func(keys []value.Value, v value.Value) bool {
			list = append(list, connect.Pair{Name: value.TextOf(keys[0]), Value: value.TextOf(v)})
			return true
		})
		return list
	}
	a.headers, a.cookies = pairs("headersTo"), pairs("cookiesTo")
	return nil
}

// results makes the body of the values.
func (a *answer) results(res *interp.Result, urlencoded bool) (err error) {
	opts := wire.EncodeOptions{FileName: "file"}
	for _, h := range a.headers {
		if strings.EqualFold(h.Name, "Content-Type") {
			opts.Forced = wire.ParseContentType(h.Value)
		}
	}
	if urlencoded && len(res.Values) > 1 {
		return a.urlencoded(res, opts.Forced)
	}
	parts := make([]wire.Part, len(res.Values))
	for i, v := range res.Values {
		class := v.Class
		if !class.Known() && !v.Value.IsNull() {
			class = value.ClassOfValue(v.Value)
		}
		parts[i] = wire.Part{Value: v.Value, Class: class}
		if len(parts) > 1 {
			parts[i].Name = v.Name
			if class.Name != value.NameNamedFile && !v.Value.IsNull() {
				parts[i].FileName = "file"
			}
		}
	}
	a.body, err = wire.Encode(parts, opts)
	return err
}

func (a *answer) urlencoded(res *interp.Result, forced wire.ContentType) error {
	var b strings.Builder
	for i, v := range res.Values {
		if i > 0 {
			b.WriteByte('&')
		}
		name := v.Name
		if name == "" {
			name = "param" + strconv.Itoa(i)
		}
		plain, err := wire.ParamText(v.Value, wire.UTF8)
		if err != nil {
			return err
		}
		for j, part := range [...]string{name, plain} {
			enc, err := wire.EncodeForm(part, forced.Charset())
			if err != nil {
				return err
			}
			if j == 1 {
				b.WriteByte('=')
			}
			b.WriteString(enc)
		}
	}
	a.body = wire.Body{Present: true, Type: "application/x-www-form-urlencoded; charset=" + wire.UTF8, Bytes: []byte(b.String())}
	if forced.Type != "" && !forced.Multipart() {
		a.body.Type = forced.String()
	}
	return nil
}

// write sends the answer.
func (a *answer) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if a.body.Present {
		if a.body.Disposition != "" {
			h.Set("Content-Disposition", a.body.Disposition)
		}
		h.Set("Content-Type", a.body.Type)
	} else {
		h["Content-Type"] = nil // not to be guessed
	}
	for _, p := range a.headers {
		switch strings.ToLower(p.Name) {
		case "content-type", "content-length", "transfer-encoding", "connection":
			continue
		}
		h.Set(p.Name, p.Value)
	}
	for _, c := range a.cookies {
		v, attributes, more := strings.Cut(c.Value, ";")
		line := c.Name + "=" + url.QueryEscape(v)
		if more {
			line += ";" + attributes
		}
		h.Add("Set-Cookie", line)
	}
	send(w, r, a.status, a.body.Bytes)
}

// send writes an answer; a client that does not read it is cut off.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	if status != http.StatusNoContent && status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified {
		return
	}
	if len(body) > 1<<16 {
		// Small answers fit the buffers of the connection.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout))
	}
	_, _ = w.Write(body)
}

// refuse answers with an error. What it shows cannot become a page of the
// server's own.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, f *refusal) {
	s.logf("%s %s: %d %s", r.Method, r.URL.EscapedPath(), f.status, firstLine(f.text))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=UTF-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox")
	if f.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	text := f.text
	if f.detail != "" {
		text += "\n" + f.detail
	}
	if f.plain {
		h.Set("Content-Type", "text/plain; charset=UTF-8")
	}
	send(w, r, f.status, []byte(html.EscapeString(s.config.Secrets.Redact(text))))
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
