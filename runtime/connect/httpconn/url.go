package httpconn

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// expandText substitutes $N in a path or body template.
func expandText(c *connect.Call, template string, noEncode bool, charset string, used []bool) (string, error) {
	literal := wire.Plain
	if !noEncode {
		literal = func(s string) (string, error) { return wire.EncodeLiteral(s, charset) }
	}
	return wire.Expand(template, used, literal, func(n int) (string, error) {
		text, err := wire.ParamText(c.Params[n-1].Value, charset)
		if err != nil {
			return "", err
		}
		return wire.EncodeForm(text, charset)
	})
}

// expandURL substitutes $N in an absolute URL. Values in scheme and authority
// are put in as they are after a check, those behind are form-encoded.
func expandURL(c *connect.Call, template string, noEncode bool, used []bool) (string, error) {
	i := strings.Index(template, "://")
	if i < 0 {
		return "", value.Errorf(connect.CodeCall, "no protocol: %s", template)
	}
	end := len(template)
	if j := strings.IndexAny(template[i+3:], "/?#"); j >= 0 {
		end = i + 3 + j
	}
	authority, err := wire.Expand(template[i+3:end], used, wire.Plain, func(n int) (string, error) {
		text, err := wire.ParamText(c.Params[n-1].Value, wire.UTF8)
		if err == nil && strings.ContainsAny(text, "/?#@\\% \t\r\n") {
			err = value.Errorf(connect.CodeCall, "the value of $%d cannot stand in the host of an URL: %q", n, text)
		}
		return text, err
	})
	if err != nil {
		return "", err
	}
	rest, err := expandText(c, template[end:], noEncode, wire.UTF8, used)
	if err != nil {
		return "", err
	}
	if noEncode {
		if rest, err = checkLiteral(rest, template); err != nil {
			return "", err
		}
	}
	return template[:i+3] + authority + rest, nil
}

// checkLiteral refuses what cannot stand in an URL, cuts the fragment, and
// encodes letters outside ASCII.
func checkLiteral(rest, template string) (string, error) {
	rest, _, _ = strings.Cut(rest, "#")
	var b strings.Builder
	for _, r := range rest {
		switch {
		case r <= ' ' || strings.ContainsRune("\"<>\\^`{|}\x7f", r):
			return "", value.Errorf(connect.CodeCall, "illegal character %q in the URL %s", r, template)
		case r < 0x80:
			b.WriteRune(r)
		default:
			b.WriteString(url.PathEscape(string(r)))
		}
	}
	return b.String(), nil
}

// address is a parsed absolute http or https URL. Target is sent as it is.
type address struct {
	scheme, host, port string // host without brackets, in ASCII
	target             string // path and query, begins with "/"
}

// parseAddress takes an URL apart without changing its path and query.
func parseAddress(text string) (a address, err error) {
	scheme, rest, ok := strings.Cut(text, "://")
	a.scheme = strings.ToLower(scheme)
	if !ok {
		return a, value.Errorf(connect.CodeCall, "no protocol: %s", text)
	}
	if a.scheme != "http" && a.scheme != "https" {
		return a, value.Errorf(connect.CodeCall, "%s protocol is not supported", scheme)
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, a.target = rest[:i], rest[i:]
	}
	a.target, _, _ = strings.Cut(a.target, "#")
	if !strings.HasPrefix(a.target, "/") {
		a.target = "/" + a.target
	}
	a.target = encodeUnsafe(a.target)
	if strings.Contains(authority, "@") {
		return a, value.Errorf(connect.CodeCall, "Request URI authority contains deprecated userinfo component")
	}
	u, err := url.Parse("//" + authority)
	if err != nil || u.Hostname() == "" {
		return a, value.Errorf(connect.CodeCall, "the URL %s has no valid host", text)
	}
	a.port = u.Port()
	if a.host = u.Hostname(); !isASCII(a.host) {
		if a.host, err = idna.Lookup.ToASCII(a.host); err != nil {
			return a, value.Errorf(connect.CodeCall, "the host of %s is not valid: %s", text, err.Error())
		}
	}
	return a, nil
}

// encodeUnsafe writes blanks, control characters and bytes outside ASCII as %XX.
func encodeUnsafe(target string) string {
	var b strings.Builder
	for i := 0; i < len(target); i++ {
		if c := target[i]; c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// authority is the host with its port as the URL wrote it, for the header Host.
func (a address) authority() string {
	host := a.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if a.port != "" {
		return host + ":" + a.port
	}
	return host
}

// dial is host:port with the scheme's default port.
func (a address) dial() string {
	port := a.port
	if port == "" {
		port = "80"
		if a.scheme == "https" {
			port = "443"
		}
	}
	return net.JoinHostPort(a.host, port)
}

func (a address) String() string { return a.scheme + "://" + a.authority() + a.target }

// resolve gives the address that a Location header means.
func (a address) resolve(location string) (address, error) {
	base, err := url.Parse(a.String())
	if err != nil {
		return a, value.Errorf(connect.CodeAnswer, "redirect from %s: %s", a, err.Error())
	}
	ref, err := url.Parse(strings.ReplaceAll(strings.TrimSpace(location), " ", "%20"))
	if err != nil {
		return a, value.Errorf(connect.CodeAnswer, "redirect to %q, which is no URL", location)
	}
	return parseAddress(base.ResolveReference(ref).String())
}
