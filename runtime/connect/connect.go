// Package connect is the contract between the language and the outside world:
// EXTERNAL HTTP, SQL, LSF, TCP, UDP, DBF and named connectors. The interpreter
// evaluates every expression and hands over a Call of plain values; a Connector
// does the substitution of $N, builds the request, and decodes the answer by the
// classes of the TO properties. Packages below this one hold the connectors.
//
// Source: EXTERNAL_operator, Access_to_an_external_system_EXTERNAL, seed 003.
package connect

import (
	"context"
	"time"

	"github.com/golsf/golsf/runtime/value"
)

// Kinds of a Call.
const (
	KindHTTP      = "HTTP"
	KindSQL       = "SQL" // INTERNAL DB is SQL with the connection LOCAL
	KindLSF       = "LSF"
	KindTCP       = "TCP"
	KindUDP       = "UDP"
	KindDBF       = "DBF"
	KindConnector = "CONNECTOR"
)

// Methods of a Call of kind LSF. Those of HTTP are GET, POST, PUT, PATCH and
// DELETE; "" is POST.
const (
	MethodExec       = "EXEC"
	MethodEval       = "EVAL"
	MethodEvalAction = "EVAL ACTION"
)

// MethodAutoCommit makes a Call of kind SQL switch autocommit of the block's
// connection instead of running a command: on when Exec is not NULL.
const MethodAutoCommit = "AUTOCOMMIT"

// Local is the connection string of the database behind the property store.
const Local = "LOCAL"

// Call is one execution of EXTERNAL with all its expressions evaluated. A
// connector does not change it and keeps no part of it after it has returned.
type Call struct {
	Kind   string
	Method string
	// Connection is the connection string, URL, or id of a named connector,
	// before substitution of $N. NULL is an error of the call.
	Connection value.Value
	// Exec is the SQL text, the action name or script of LSF, Class.Method of a
	// named connector. NULL is an error where the kind needs it.
	Exec   value.Value
	Params []Param
	// To holds the class of each TO property in order.
	To []value.Class
	// HTTP holds the options of kind HTTP; nil is all defaults. Timeout and
	// Insecure of it also hold for LSF.
	HTTP    *HTTPOptions
	Charset string // of DBF, "" is UTF-8
	// Connections is the scope of the enclosing NEWCONNECTION, nil outside one.
	Connections *Connections
	// MaxResponse bounds the bytes of an answer, after decompression; 0 is no
	// bound (the flag --max-response).
	MaxResponse int64
	// Waiting is how long the caller of a named connector waits, 0 is no limit.
	Waiting time.Duration
	// Folders is where relative resources (.sql files) are looked for, in order.
	Folders []string
}

// Param is one value of PARAMS. Class is the static class of the expression,
// which decides how NULL is sent; the zero Class is not known. Name is that of
// `name = x` for named connectors, else "".
type Param struct {
	Name  string
	Value value.Value
	Class value.Class
}

// Pair is a header or a cookie.
type Pair struct {
	Name  string
	Value string
}

// HTTPOptions are the options of EXTERNAL HTTP. Entries whose value is NULL are
// left out by the caller; order is kept on the wire.
type HTTPOptions struct {
	BodyURL          value.Value   // NULL: not given
	BodyParamNames   []value.Value // a NULL name is the default name
	BodyParamHeaders [][]Pair      // extra headers of the k-th part
	Headers, Cookies []Pair
	NoEncode         bool
	Client           bool          // CLIENT was written
	Timeout          time.Duration // System.timeoutHttp; 0 is the default of 30 minutes
	Insecure         bool          // System.insecureSSL: certificates are not checked
}

// Reply is what came back.
type Reply struct {
	// Results are values for the first len(Results) TO properties, each of the
	// class asked for (lengths and scales are not applied: assign as usual).
	// TO properties beyond keep their values; NULL clears.
	Results []value.Value
	// Status is the HTTP status for System.statusHttp, 0 when there was no answer.
	Status int
	// Headers of the last answer in the order received, repeated ones joined by
	// ",". Cookies are all of the call's cookies by name, values decoded.
	Headers, Cookies []Pair
	// Failure tells a program about a failed call of a named connector.
	Failure *Failure
}

// Failure is the code and the message of a failed call, for the properties of
// module Connectors.
type Failure struct{ Code, Message string }

// Connector does calls. Implementations are safe for use by several goroutines
// and stop when ctx ends. Errors are *value.Error with a code of this package,
// with secrets already masked.
//
// When both a Reply and an error come back, the system has answered: the caller
// first writes the reply to its properties, then raises the error (a status
// outside 200..299, an answer that a TO class cannot read).
type Connector interface {
	Call(ctx context.Context, c *Call) (*Reply, error)
}

// Func makes a Connector of a function.
type Func func(ctx context.Context, c *Call) (*Reply, error)

// Call calls f.
func (f Func) Call(ctx context.Context, c *Call) (*Reply, error) { return f(ctx, c) }

// Middleware wraps a connector: recording, replaying, limiting, tracing.
type Middleware func(next Connector) Connector

// Wrap puts middleware around c; the first one is the outermost.
func Wrap(c Connector, middleware ...Middleware) Connector {
	for i := len(middleware) - 1; i >= 0; i-- {
		c = middleware[i](c)
	}
	return c
}

// Codes of errors of connectors.
const (
	CodeCall        = "E3501" // the call is not well formed
	CodeUnreachable = "E3502" // no answer: refused, unknown host, cut off
	CodeTimeout     = "E3503" // the time limit of the call has passed
	CodeStatus      = "E3504" // an HTTP status outside 200..299
	CodeAnswer      = "E3505" // the answer cannot be read
	CodeTooLarge    = "E3506" // the answer is larger than the limit
	CodeDatabase    = "E3507" // the database reports an error
	CodeDriver      = "E3508" // no driver for the connection string
	CodeFile        = "E3509" // a file cannot be read or written
	CodeKind        = "E3510" // no connector of that kind
	CodeConnector   = "E3511" // a named connector reports an error
)

// Registry dispatches calls by kind. Fill it before the first Call; after that
// it is safe for use by several goroutines.
type Registry struct {
	kinds map[string]Connector
}

// Register sets the connector of a kind.
func (r *Registry) Register(kind string, c Connector) {
	if r.kinds == nil {
		r.kinds = make(map[string]Connector)
	}
	r.kinds[kind] = c
}

// Call hands c to the connector of its kind.
func (r *Registry) Call(ctx context.Context, c *Call) (*Reply, error) {
	next, ok := r.kinds[c.Kind]
	if !ok {
		return nil, value.Errorf(CodeKind, "EXTERNAL %s is not available here", c.Kind)
	}
	return next.Call(ctx, c)
}
