package server

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/golsf/golsf/runtime/connect/registry"
)

// connectorPath reads /connectors/{id}/{class}/{method}, each part unescaped
// once; "-" is no class. Whatever begins with /connectors is one.
func connectorPath(u *url.URL) (id, class, method string, ok bool) {
	rest, ok := strings.CutPrefix(u.EscapedPath(), "/connectors")
	if !ok || rest != "" && rest[0] != '/' {
		return "", "", "", false
	}
	parts := strings.Split(strings.TrimPrefix(rest, "/"), "/")
	if len(parts) != 3 {
		return "", "", "", true
	}
	for i, p := range parts {
		plain, err := url.PathUnescape(p)
		if err != nil {
			return "", "", "", true
		}
		parts[i] = plain
	}
	if parts[1] == "-" {
		parts[1] = ""
	}
	return parts[0], parts[1], parts[2], true
}

// connector answers POST /connectors/{id}/{class}/{method}: the body is a Call
// document, the answer always a Result document.
func (s *Server) connector(w http.ResponseWriter, r *http.Request, id, class, method string) {
	caller := s.gate.caller(r)
	fail := func(status int, err *registry.Error) {
		if err.Connector == "" {
			err.Connector, err.Method = id, (&registry.Call{Class: class, Method: method}).FullMethod()
		}
		s.logf("%s %s: %d %s", r.Method, r.URL.EscapedPath(), status, firstLine(err.Error()))
		s.result(w, r, status, registry.ResultDocument(registry.Value{}, err))
	}
	switch {
	case !caller.trusted:
		w.Header().Set("WWW-Authenticate", "Bearer")
		fail(http.StatusUnauthorized, registry.Errorf(registry.CodeDisabled, "send the token as Authorization: Bearer"))
		return
	case id == "" || method == "":
		fail(http.StatusNotFound, registry.Errorf(registry.CodeNotFound, "the path is no /connectors/{id}/{class}/{method}"))
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		fail(http.StatusMethodNotAllowed, registry.Errorf(registry.CodeArgs, "a connector is called by POST"))
		return
	case s.config.Connectors == nil:
		fail(http.StatusNotFound, registry.Errorf(registry.CodeNotFound, "the server has no connectors"))
		return
	}
	if entry, ok := s.config.Connectors.Find(id); ok && !caller.local && !entry.API {
		fail(http.StatusForbidden, registry.Errorf(registry.CodeDisabled, "the connector %s is not open to calls from outside: its entry needs \"api\": true", id))
		return
	}
	body, refused := s.body(w, r)
	if refused != nil {
		fail(refused.status, registry.Errorf(registry.CodeArgs, "%s", refused.text))
		return
	}
	call := &registry.Call{}
	if len(body) > 0 {
		var err error
		if call, err = registry.ParseCall(body); err != nil {
			fail(http.StatusBadRequest, err.(*registry.Error))
			return
		}
	}
	call.Connector, call.Class, call.Method = id, class, method
	ctx, cancel := s.limited()
	defer cancel()
	v, err := s.config.Connectors.Invoke(ctx, call)
	if err != nil {
		fail(err.Status(), err)
		return
	}
	s.result(w, r, http.StatusOK, registry.ResultDocument(v, nil))
}

// result sends a Result document. Only those of errors hold texts that did not
// come from the connector, so only they are looked through for secrets.
func (s *Server) result(w http.ResponseWriter, r *http.Request, status int, doc []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	if status != http.StatusOK {
		h.Set("Content-Security-Policy", "sandbox")
	}
	send(w, r, status, doc)
}
