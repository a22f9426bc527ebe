package interp

import (
	"time"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// externalPlan is EXTERNAL or INTERNAL DB, compiled.
type externalPlan struct {
	kind, method, charset string
	connection, exec      query.Scalar
	params                []query.Scalar
	names                 []string
	classes               []value.Class
	to                    *targets
	toClasses             []value.Class
	span                  diag.Span

	http        bool
	client      bool
	noEncode    bool
	bodyURL     query.Scalar
	bodyNames   []query.Scalar
	bodyHeaders []*store.Property
	headers     *store.Property
	cookies     *store.Property
	headersTo   *cell
	cookiesTo   *cell
}

func (c *compiler) external(x *bound.External) act {
	p := c.externalPlan(x.Span, x.Params, x.To)
	p.kind, p.method, p.charset = x.Kind, x.Method, x.Charset
	if x.EvalAction && p.kind == connect.KindLSF {
		p.method = connect.MethodEvalAction
	}
	p.connection, p.exec = c.optional(x.Connection), c.optional(x.Exec)
	if x.Kind == connect.KindHTTP {
		p.http, p.client, p.noEncode = true, x.ClientSide, x.NoEncode
		p.bodyURL = c.optional(x.BodyURL)
		p.bodyNames = c.scalars(x.BodyNames)
		p.bodyHeaders = c.inst.handles(x.BodyHeaders)
	}
	handle := func(q *bound.Property) *store.Property {
		if q == nil {
			return nil
		}
		return c.inst.handle(q)
	}
	p.headers, p.cookies = handle(x.Headers), handle(x.Cookies)
	if x.HeadersTo != nil {
		p.headersTo = c.cell(x.HeadersTo, x.Span)
	}
	if x.CookiesTo != nil {
		p.cookiesTo = c.cell(x.CookiesTo, x.Span)
	}
	return p.act()
}

func (c *compiler) internalDB(x *bound.InternalDB) act {
	p := c.externalPlan(x.Span, x.Params, x.To)
	p.kind = connect.KindSQL
	p.connection = func(*query.Frame) value.Value { return value.String(connect.Local) }
	p.exec = c.scalar(x.Exec)
	return p.act()
}

func (c *compiler) externalPlan(span diag.Span, params []bound.NamedExpr, to []bound.Target) *externalPlan {
	p := &externalPlan{span: span, to: c.targets(to)}
	for _, x := range params {
		p.params = append(p.params, c.scalar(x.X))
		p.names = append(p.names, x.Name)
		p.classes = append(p.classes, x.X.ValueClass())
	}
	for _, t := range to {
		p.toClasses = append(p.toClasses, t.Prop.Class)
	}
	return p
}

func (p *externalPlan) act() act {
	return func(t *thread, fr *query.Frame) signal {
		t.tick(p.span)
		connector := t.inst.options.Connector
		if connector == nil {
			fail(p.span, connect.CodeKind, "EXTERNAL %s is not available here", p.kind)
		}
		reply, err := connector.Call(t.outerContext(), p.call(t, fr))
		if reply != nil {
			p.write(t, fr, reply)
		}
		if err != nil {
			t.look(p.span)
			query.Throw(p.span, err)
		}
		return done
	}
}

func evaluate(x query.Scalar, fr *query.Frame) value.Value {
	if x == nil {
		return value.Value{}
	}
	return x(fr)
}

// call evaluates everything that the connector needs.
func (p *externalPlan) call(t *thread, fr *query.Frame) *connect.Call {
	c := &connect.Call{
		Kind: p.kind, Method: p.method, Charset: p.charset,
		Connection: evaluate(p.connection, fr), Exec: evaluate(p.exec, fr),
		To: p.toClasses, Connections: t.connections,
		MaxResponse: t.env.Limits.Response,
		Folders:     append(append([]string(nil), t.inst.folders...), t.inst.options.Include...),
	}
	for i, x := range p.params {
		v := x(fr)
		class := p.classes[i]
		if !class.Known() && !v.IsNull() {
			class = value.ClassOfValue(v)
		}
		c.Params = append(c.Params, connect.Param{Name: p.names[i], Value: v, Class: class})
	}
	if p.kind == connect.KindConnector {
		if v := (&Host{t: t}).Get("Connectors.waitingTime"); !v.IsNull() {
			c.Waiting = time.Duration(v.Num()) * time.Second
		}
	}
	if p.kind == connect.KindTCP {
		c.HTTP = &connect.HTTPOptions{Client: p.client}
		if v := (&Host{t: t}).Get("timeoutTcp"); !v.IsNull() {
			c.HTTP.Timeout = time.Duration(v.Num()) * time.Millisecond
		}
	}
	if !p.http && p.kind != connect.KindLSF {
		return c
	}
	h := &connect.HTTPOptions{Client: p.client, NoEncode: p.noEncode, BodyURL: evaluate(p.bodyURL, fr)}
	for _, n := range p.bodyNames {
		h.BodyParamNames = append(h.BodyParamNames, n(fr))
	}
	for _, q := range p.bodyHeaders {
		h.BodyParamHeaders = append(h.BodyParamHeaders, t.pairs(q))
	}
	h.Headers, h.Cookies = t.pairs(p.headers), t.pairs(p.cookies)
	host := &Host{t: t}
	if v := host.Get("timeoutHttp"); !v.IsNull() {
		h.Timeout = time.Duration(v.Num()) * time.Millisecond
	}
	h.Insecure = !host.Get("insecureSSL").IsNull()
	c.HTTP = h
	return c
}

// pairs reads a property of one text key as headers or cookies, in key order.
func (t *thread) pairs(p *store.Property) []connect.Pair {
	if p == nil {
		return nil
	}
	var out []connect.Pair
	t.sess.st.Scan(store.Now, p, func(keys []value.Value, v value.Value) bool {
		if len(keys) == 1 {
			out = append(out, connect.Pair{Name: value.TextOf(keys[0]), Value: value.TextOf(v)})
		}
		return true
	})
	return out
}

// write puts an answer into the properties.
func (p *externalPlan) write(t *thread, fr *query.Frame, reply *connect.Reply) {
	if p.http {
		host := &Host{t: t}
		status := value.Value{}
		if reply.Status != 0 {
			status = value.Int(int32(reply.Status))
		}
		if err := host.Set("statusHttp", status); err != nil {
			raise(p.span, err)
		}
	}
	if p.kind == connect.KindTCP && len(reply.Results) > 0 {
		if err := (&Host{t: t}).Set("responseTcp", reply.Results[0]); err != nil {
			raise(p.span, err)
		}
		return
	}
	if reply.Failure != nil {
		p.tell(t, reply.Failure)
	}
	p.headersTo.merge(t, reply.Headers)
	p.cookiesTo.merge(t, reply.Cookies)
	if p.to == nil {
		return
	}
	for i, v := range reply.Results {
		if i < len(p.to.list) {
			p.to.list[i].set(t, fr, nil, v)
		}
	}
	t.sess.settle(t)
}

// merge writes pairs into a property of one text key; its other keys stay.
func (w *cell) merge(t *thread, pairs []connect.Pair) {
	if w == nil {
		return
	}
	for _, x := range pairs {
		key, ok := w.key(0, value.String(x.Name))
		if ok {
			w.put(t, []value.Value{key}, value.String(x.Value))
		}
	}
}

// tell notes the failed call of a named connector, in programs that have module
// Connectors.
func (p *externalPlan) tell(t *thread, f *connect.Failure) {
	host := &Host{t: t}
	err := host.Set("Connectors.errorCode", value.String(f.Code))
	if err == nil {
		err = host.Set("Connectors.errorMessage", value.String(f.Message))
	}
	if err != nil {
		raise(p.span, err)
	}
}
