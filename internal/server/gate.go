package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// refusal is an answer other than that of an action.
type refusal struct {
	status int
	text   string
	detail string // further lines
	plain  bool   // the answer is text/plain
}

// gate lets requests in or refuses them, before anything runs.
type gate struct {
	loopback bool
	hosts    map[string]bool // names by which a request may call the server
	own      map[string]bool // origins of the server itself
	allowed  map[string]bool // origins of --cors
	token    [sha256.Size]byte
	hasToken bool
}

func newGate(c Config, loopback bool, host, port string) gate {
	g := gate{loopback: loopback, hosts: map[string]bool{}, own: map[string]bool{}, allowed: map[string]bool{}}
	names := append([]string{}, c.Hosts...)
	if loopback {
		names = append(names, "127.0.0.1", "localhost", "::1")
	}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		names = append(names, host)
	}
	for _, n := range names {
		n = strings.ToLower(strings.Trim(n, "[]"))
		g.hosts[n] = true
		for _, scheme := range [...]string{"http", "https"} {
			g.own[scheme+"://"+net.JoinHostPort(n, port)] = true
			if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
				g.own[scheme+"://"+strings.TrimSuffix(net.JoinHostPort(n, ""), ":")] = true
			}
		}
	}
	for _, o := range c.Origins {
		g.allowed[strings.ToLower(strings.TrimSuffix(o, "/"))] = true
	}
	if g.hasToken = c.Token != ""; g.hasToken {
		g.token = sha256.Sum256([]byte(c.Token))
	}
	return g
}

// check applies the rules for where a request comes from.
func (g *gate) check(r *http.Request) *refusal {
	if g.loopback {
		if host := hostName(r.Host); !g.hosts[host] {
			return &refusal{status: http.StatusForbidden, text: "the server is not called " + quote(host) + ": name it with --host"}
		}
		if !g.hasToken {
			for _, h := range [...]string{"Forwarded", "X-Forwarded-For", "Via"} {
				if _, ok := r.Header[h]; ok {
					return &refusal{status: http.StatusForbidden, text: "the request came through a proxy (" + h + "): a server behind one needs --token"}
				}
			}
		}
	}
	for _, origin := range r.Header["Origin"] {
		if !g.own[strings.ToLower(origin)] && !g.allows(origin) {
			return &refusal{status: http.StatusForbidden, text: "requests of pages from " + quote(origin) + " are refused: allow that origin with --cors"}
		}
	}
	for _, site := range r.Header["Sec-Fetch-Site"] {
		if site != "same-origin" && site != "none" && !g.allows(r.Header.Get("Origin")) {
			return &refusal{status: http.StatusForbidden, text: "cross-site requests are refused: allow the page's origin with --cors"}
		}
	}
	return nil
}

func (g *gate) allows(origin string) bool { return origin != "" && g.allowed[strings.ToLower(origin)] }

// hostName is the name in a Host header, without port and brackets.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

func quote(s string) string {
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return "'" + s + "'"
}

// allowOrigin tells a browser that a page of --cors may read the answer.
func (g *gate) allowOrigin(w http.ResponseWriter, r *http.Request) {
	if len(g.allowed) == 0 {
		return
	}
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); g.allows(origin) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
}

// preflight answers a browser's question without running anything.
func (g *gate) preflight(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" || !g.allows(r.Header.Get("Origin")) {
		return false
	}
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// caller is who makes a request.
type caller struct {
	// trusted callers may run everything: those with the token, and everybody
	// on loopback when there is none.
	trusted bool
	// local is a call on loopback.
	local bool
}

func (g *gate) caller(r *http.Request) caller {
	c := caller{local: g.loopback, trusted: g.loopback && !g.hasToken}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if g.hasToken && strings.EqualFold(scheme, "Bearer") {
		sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
		c.trusted = subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1
	}
	return c
}

func unauthorized() *refusal {
	return &refusal{status: http.StatusUnauthorized, text: "User must be authenticated: send the token as Authorization: Bearer"}
}
