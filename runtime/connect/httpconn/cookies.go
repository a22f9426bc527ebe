package httpconn

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
)

// jar holds the cookies of one call.
type jar struct {
	now     time.Time
	cookies []cookie
}

type cookie struct {
	name, value  string // value as sent
	domain, path string
	hostOnly     bool // domain must be the host itself
	secure       bool
	origin       string // host:port that a cookie of COOKIES is for, "" for received ones
	expires      time.Time
}

func (c *cookie) expired(now time.Time) bool { return !c.expires.IsZero() && !now.Before(c.expires) }

// add keeps a cookie of the option COOKIES: a value and attributes behind ";".
// Without a domain it belongs to the host of the request.
func (j *jar) add(p connect.Pair, a address) error {
	head, attrs, _ := strings.Cut(p.Value, ";")
	enc, err := wire.EncodeForm(head, wire.UTF8)
	if err != nil {
		return err
	}
	c := cookie{name: p.Name, value: enc, domain: a.host, path: "/", hostOnly: true, origin: a.dial()}
	c.readAttributes(attrs, j.now)
	j.put(c)
	return nil
}

// receive keeps the cookie of a Set-Cookie header unless it belongs to a
// foreign host.
func (j *jar) receive(header string, a address) {
	head, attrs, _ := strings.Cut(header, ";")
	name, v, ok := strings.Cut(head, "=")
	if name = strings.TrimSpace(name); !ok || name == "" {
		return
	}
	c := cookie{name: name, value: strings.TrimSpace(v), domain: a.host, hostOnly: true, path: defaultPath(a.target)}
	c.readAttributes(attrs, j.now)
	if !matchesDomain(a.host, c.domain, false) {
		return
	}
	j.put(c)
}

func defaultPath(target string) string {
	path, _, _ := strings.Cut(target, "?")
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

func (c *cookie) readAttributes(attrs string, now time.Time) {
	maxAge := false
	for attr := range strings.SplitSeq(attrs, ";") {
		name, v, _ := strings.Cut(attr, "=")
		v = strings.Trim(strings.TrimSpace(v), `"`)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "secure":
			c.secure = true
		case "domain":
			if v = strings.ToLower(strings.TrimPrefix(v, ".")); v != "" {
				c.domain, c.hostOnly = v, false
			}
		case "path":
			if strings.HasPrefix(v, "/") {
				c.path = v
			}
		case "max-age":
			if n, err := strconv.ParseInt(v, 10, 32); err == nil {
				c.expires, maxAge = now.Add(time.Duration(n)*time.Second), true
			}
		case "expires":
			if t, ok := parseExpires(v); ok && !maxAge {
				c.expires = t
			}
		}
	}
}

func parseExpires(text string) (time.Time, bool) {
	for _, layout := range []string{
		"Mon, 02 Jan 2006 15:04:05-0700", "Mon, 02 Jan 2006 15:04:05 -0700", time.RFC1123, time.RFC1123Z,
		"Mon, 02-Jan-2006 15:04:05 MST", time.RFC850, time.ANSIC,
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func (j *jar) put(c cookie) {
	j.cookies = slices.DeleteFunc(j.cookies, func(o cookie) bool {
		return o.name == c.name && o.domain == c.domain && o.path == c.path
	})
	j.cookies = append(j.cookies, c)
}

// header is the Cookie header for a request, "" for none: longer paths first,
// then by name. Cookies of the option COOKIES go to their own host and port only.
func (j *jar) header(a address) string {
	path, _, _ := strings.Cut(a.target, "?")
	var send []cookie
	for _, c := range j.cookies {
		if c.expired(j.now) || c.secure && a.scheme != "https" || c.origin != "" && c.origin != a.dial() ||
			!matchesDomain(a.host, c.domain, c.hostOnly) || !matchesPath(path, c.path) {
			continue
		}
		send = append(send, c)
	}
	slices.SortStableFunc(send, func(x, y cookie) int {
		return cmp.Or(cmp.Compare(len(y.path), len(x.path)), strings.Compare(x.name, y.name))
	})
	texts := make([]string, len(send))
	for i, c := range send {
		texts[i] = c.name + "=" + c.value
	}
	return strings.Join(texts, "; ")
}

// pairs are all cookies that live, by name, with decoded values.
func (j *jar) pairs() []connect.Pair {
	var out []connect.Pair
	for _, c := range j.cookies {
		if c.expired(j.now) {
			continue
		}
		v := c.value
		if len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' {
			v = v[1 : len(v)-1]
		}
		if plain, err := wire.DecodeForm(v, wire.UTF8); err == nil {
			v = plain
		}
		out = append(out, connect.Pair{Name: c.name, Value: v})
	}
	slices.SortStableFunc(out, func(x, y connect.Pair) int { return strings.Compare(x.Name, y.Name) })
	return out
}

func matchesDomain(host, domain string, hostOnly bool) bool {
	host = strings.ToLower(host)
	if host == strings.ToLower(domain) {
		return true
	}
	return !hostOnly && net.ParseIP(host) == nil && strings.Contains(domain, ".") && strings.HasSuffix(host, "."+domain)
}

func matchesPath(path, of string) bool {
	rest, ok := strings.CutPrefix(path, of)
	return ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(of, "/"))
}
