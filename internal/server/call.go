package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/lsfconn"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// route is what a path asks for.
type route uint8

const (
	noRoute route = iota
	execRoute
	evalRoute
	evalActionRoute
)

// routeOf reads a path: whatever stands before /exec and /eval does not matter.
// name is what follows the last /exec/; named tells that there is such a name.
func routeOf(path string) (kind route, name string, named bool) {
	switch {
	case strings.HasSuffix(path, "/eval/action"):
		return evalActionRoute, "", false
	case strings.HasSuffix(path, "/eval"):
		return evalRoute, "", false
	case strings.HasSuffix(path, "/exec"):
		return execRoute, "", false
	}
	if i := strings.LastIndex(path, "/exec/"); i >= 0 {
		return execRoute, path[i+len("/exec/"):], true
	}
	return noRoute, "", false
}

// call is one request to /exec or /eval, taken apart.
type call struct {
	route  route
	query  []wire.Item
	posted []wire.Item // parameters of the body
	body   []byte
	caller caller

	target   *bound.Action
	tail     string // of the path behind the action's name
	script   string
	scripted int // index of the script among the body's parameters, -1
	signed   bool
	reads    map[string]bool // properties of the request that the action reads; nil is all
}

// reserved parameters are read from the query, whatever their case.
func (c *call) reserved(name string) (text string, ok bool) {
	for _, q := range c.query {
		if strings.EqualFold(q.Name, name) {
			return q.Text, true
		}
	}
	return "", false
}

// call runs what a request asks for.
func (s *Server) call(w http.ResponseWriter, r *http.Request) (*answer, *refusal) {
	c := &call{scripted: -1, caller: s.gate.caller(r)}
	var name string
	var named bool
	c.route, name, named = routeOf(r.URL.Path)
	if c.route == noRoute {
		if !c.caller.trusted {
			return nil, unauthorized()
		}
		return nil, &refusal{status: http.StatusInternalServerError, text: "Something went wrong", plain: true}
	}
	if !validEscapes(r.URL.RawQuery) {
		return nil, &refusal{status: http.StatusBadRequest, text: "the query of the URL has a % that begins no byte"}
	}
	var err error
	if c.query, err = wire.DecodeQuery(r.URL.RawQuery); err != nil {
		return nil, s.failure(err)
	}
	var refused *refusal
	if c.body, refused = s.body(w, r); refused != nil {
		return nil, refused
	}
	head := wire.Head{ContentType: strings.Join(r.Header.Values("Content-Type"), ","), Disposition: r.Header.Get("Content-Disposition")}
	if c.posted, err = wire.Decode(head, c.body); err != nil {
		return nil, s.failure(err)
	}
	if c.route == execRoute {
		if !named {
			if name, named = c.reserved("action"); !named {
				return nil, s.missing(c, "Action was not specified")
			}
		}
		refused = s.exec(c, name)
	} else {
		refused = s.eval(c)
	}
	if refused != nil {
		return nil, refused
	}
	return s.run(r, c)
}

func (s *Server) missing(c *call, text string) *refusal {
	if !c.caller.trusted {
		return unauthorized()
	}
	return &refusal{status: http.StatusInternalServerError, text: text}
}

// exec finds the action and asks whether the caller may run it.
func (s *Server) exec(c *call, name string) *refusal {
	list, tail := s.find(name)
	c.tail = tail
	c.signed = s.signed(c, false, name)
	switch {
	case c.signed:
	case len(list) == 1 && list[0].NoAuth:
	case !c.caller.trusted:
		return unauthorized()
	case !c.caller.local && len(list) == 1 && !list[0].API:
		return &refusal{status: http.StatusForbidden, text: "the action " + name + " is not open to calls from outside: it needs @@api"}
	}
	switch len(list) {
	case 0:
		return &refusal{status: http.StatusNotFound, text: "Action " + name + " was not found"}
	case 1:
		c.target = list[0]
		return nil
	}
	var names []string
	for _, a := range list {
		names = append(names, s.config.Instance.Signature(a))
	}
	return &refusal{status: http.StatusInternalServerError, text: "Ambiguous element '" + name + "' was found: " + strings.Join(names, ", ")}
}

// find looks a name up, then what is left of it without its last segments.
func (s *Server) find(name string) (list []*bound.Action, tail string) {
	rest := name
	for {
		if list = s.named(strings.ReplaceAll(rest, "/", "_")); len(list) == 0 && strings.Contains(rest, "/") {
			list = s.named(rest)
		}
		if len(list) > 0 {
			return list, tail
		}
		i := strings.LastIndexByte(rest, '/')
		if i < 0 {
			return nil, tail
		}
		segment := rest[i+1:]
		if tail != "" {
			segment += "/" + tail
		}
		rest, tail = rest[:i], segment
	}
}

// named gives the actions of a name. Those of the modules that golsf adds by
// itself never make a name ambiguous.
func (s *Server) named(name string) []*bound.Action {
	list := s.config.Instance.ActionsNamed(name)
	if len(list) < 2 {
		return list
	}
	own := func(a *bound.Action) bool {
		return a.Module == nil || s.modules[a.Module] && a.Module.Name != "Connectors" && a.Module.Name != "Extensions"
	}
	if !slices.ContainsFunc(list, own) {
		return list
	}
	return slices.DeleteFunc(list, func(a *bound.Action) bool { return !own(a) })
}

// eval takes the script: a parameter of that name, else the first of the body.
func (s *Server) eval(c *call) *refusal {
	found := false
	for _, list := range [][]wire.Item{c.query, c.posted} {
		for _, it := range list {
			if !found && strings.EqualFold(it.Name, "script") {
				text, err := it.Value(value.ClassText)
				if err != nil {
					return s.failure(err)
				}
				c.script, found = value.TextOf(text), true
			}
		}
	}
	if !found && len(c.posted) > 0 {
		text, err := c.posted[0].Value(value.ClassText)
		if err != nil {
			return s.failure(err)
		}
		c.script, c.scripted, found = value.TextOf(text), 0, true
	}
	c.signed = found && s.signed(c, true, c.script)
	switch {
	case c.signed:
	case !c.caller.trusted:
		return unauthorized()
	case !c.caller.local && !s.config.AllowEval:
		return &refusal{status: http.StatusForbidden, text: "/eval is closed off loopback: open it with --allow-eval"}
	}
	if !found || c.script == "" {
		return &refusal{status: http.StatusInternalServerError, text: "Eval script was not found"}
	}
	return nil
}

// signed verifies the signature over all parameters (decision 42).
func (s *Server) signed(c *call, eval bool, text string) bool {
	signature, name, main := "", "action", false
	if eval {
		name = "script"
	}
	var params []connect.Pair
	for _, list := range [][]wire.Item{c.query, c.posted} {
		for _, it := range list {
			switch {
			case it.Name == "signature" && it.URLEncoded:
				signature = it.Text
				continue
			case !main && it.URLEncoded && strings.EqualFold(it.Name, name):
				main = true
				continue
			case !it.URLEncoded:
				return false // only texts are signed
			}
			params = append(params, connect.Pair{Name: it.Name, Value: it.Text})
		}
	}
	return signature != "" && lsfconn.Verify(s.config.Secret, signature, eval, text, params)
}

// arguments are the parameters as the action binds them.
func (c *call) arguments() []interp.Argument {
	args := make([]interp.Argument, 0, len(c.query)+len(c.posted))
	for _, list := range [][]wire.Item{c.query, c.posted} {
		for i := range list {
			if c.scripted >= 0 && &list[i] == &c.posted[c.scripted] {
				continue
			}
			it := &list[i]
			args = append(args, interp.Argument{Name: it.Name, Positional: it.Name == "p" || !it.URLEncoded, Read: func(class value.Class) (value.Value, error) { return readItem(it, class) }})
		}
	}
	if c.route != evalActionRoute {
		return args
	}
	positional := args[:0]
	for _, a := range args {
		if a.Positional {
			a.Name = ""
			positional = append(positional, a)
		}
	}
	return positional
}

// readItem converts a parameter by the class of the action's parameter: without
// one a text stays a text, an empty one too, and a file a file.
func readItem(it *wire.Item, class value.Class) (value.Value, error) {
	switch {
	case it.NoValue:
		return value.Value{}, nil
	case class.Known():
		return it.Value(class)
	case it.URLEncoded:
		return value.String(it.Text), nil
	case it.Type == "text/plain" && it.FileName == "":
		text, err := wire.DecodeText(it.Bytes, it.Charset)
		return value.String(text), err
	}
	return it.Value(value.ClassFile)
}

// boundTwice reports a parameter that a signed request gives by position and by
// name.
func (c *call) boundTwice() bool {
	if c.target == nil {
		return false
	}
	position := 0
	for _, q := range c.query {
		if q.Name != "p" {
			continue
		}
		if position < len(c.target.Params) {
			name := c.target.Frame.Slots[position].Name
			for _, other := range c.query {
				if other.Name != "p" && strings.EqualFold(other.Name, name) {
					return true
				}
			}
		}
		position++
	}
	return false
}

// run runs the action or script in its session and collects the answer.
func (s *Server) run(r *http.Request, c *call) (*answer, *refusal) {
	if c.signed && c.boundTwice() {
		return nil, &refusal{status: http.StatusInternalServerError, text: "a parameter of the signed request is given twice, by position and by name"}
	}
	out := &answer{}
	req := interp.Request{
		Target: c.target, Args: c.arguments(),
		Prepare: func(h *interp.Host) error { return prepare(h, r, c) },
		Finish:  func(h *interp.Host) error { return out.finish(h) },
	}
	if c.route != execRoute {
		req.Eval, req.EvalAction = c.script, c.route == evalActionRoute
	}
	for _, q := range c.query {
		if strings.EqualFold(q.Name, "return") {
			req.Return = append(req.Return, q.Text)
		}
	}
	if c.target != nil && len(req.Return) == 0 {
		c.reads = s.readsOf(c.target)
	}
	multi, _ := c.reserved("returnmultitype")
	ctx, cancel := s.limited()
	defer cancel()
	res, failed := s.inSession(ctx, c, &req)
	if failed != nil {
		return nil, failed
	}
	for _, e := range res.ThreadErrors { // nobody waits for them
		s.logf("%s %s: %s", r.Method, r.URL.EscapedPath(), e)
	}
	if err := out.results(res, multi == "bodyurl"); err != nil {
		return nil, s.failure(err)
	}
	return out, nil
}

// readsOf gives the properties of module System that an action reads, nil when
// that is not known.
func (s *Server) readsOf(a *bound.Action) map[string]bool {
	if known, ok := s.reads.Load(a); ok {
		return known.(map[string]bool)
	}
	names, ok := s.config.Instance.SystemReads(a)
	if !ok {
		names = nil
	}
	s.reads.Store(a, names)
	return names
}

// inSession makes the call in the session that the request names, if any.
func (s *Server) inSession(ctx context.Context, c *call, req *interp.Request) (*interp.Result, *refusal) {
	id, _ := c.reserved("session")
	id, last := strings.CutSuffix(id, "_close")
	if id != "" {
		ctx = registry.WithSession(ctx, id)
	} else {
		res, err := s.config.Instance.Call(ctx, *req)
		if err != nil {
			return nil, s.failure(err)
		}
		return res, nil
	}
	key := sessionKey{id: id, trusted: c.caller.trusted}
	state, refused := s.sessions.use(ctx, key)
	if refused != nil {
		return nil, refused
	}
	req.Session = state.state
	drop := true // what a panic leaves behind is of no use
	defer func() { s.sessions.release(key, state, drop) }()
	res, err := s.config.Instance.Call(ctx, *req)
	drop = last
	if err != nil {
		var run *interp.RunError
		if errors.As(err, &run) && run.Stopped() {
			drop = true
			s.logf("the session '%s' was stopped, %d changes were dropped", id, state.state.Changes())
		}
		return nil, s.failure(err)
	}
	return res, nil
}

// failure is the answer to an error of a running program.
func (s *Server) failure(err error) *refusal {
	out := &refusal{status: http.StatusInternalServerError, text: err.Error()}
	var own *value.Error
	if errors.As(err, &own) {
		out.text = own.Message
	}
	var run *interp.RunError
	if !errors.As(err, &run) {
		return out
	}
	out.text = run.Message
	if run.Stopped() && (errors.Is(run.Cause, errTimeout) || errors.Is(run.Cause, errShutdown)) {
		out.status = http.StatusServiceUnavailable
	}
	if len(run.Diagnostics) > 0 {
		out.text = run.Diagnostics.Error()
		return out
	}
	out.text = "Internal Server Error: " + run.Code + " " + run.Message
	var lines []string
	if run.Span.Start.IsValid() {
		lines = append(lines, "at "+run.Span.Start.String())
	}
	for _, c := range run.Stack {
		line := "in " + c.Action
		if c.Span.Start.IsValid() {
			line += ", called at " + c.Span.Start.String()
		}
		lines = append(lines, line)
	}
	out.detail = strings.Join(lines, "\n")
	return out
}

// validEscapes reports whether every % of a query begins a byte.
func validEscapes(query string) bool {
	for i := 0; i < len(query); i++ {
		if query[i] != '%' {
			continue
		}
		if i+2 >= len(query) || !isHex(query[i+1]) || !isHex(query[i+2]) {
			return false
		}
		i += 2
	}
	return true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
