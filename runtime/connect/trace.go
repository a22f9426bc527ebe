package connect

import (
	"context"
	"fmt"
	"time"

	"github.com/golsf/golsf/runtime/value"
)

// Trace tells about one finished call to the outside world: what was called,
// how long it took and how it ended. Lines hold no parameters, bodies or
// passwords.
type Trace func(line string)

// Traced is middleware that tells t about every call but those of named
// connectors, of which their registry tells.
func Traced(t Trace) Middleware {
	return func(next Connector) Connector {
		return Func(func(ctx context.Context, c *Call) (*Reply, error) {
			if c.Kind == KindConnector {
				return next.Call(ctx, c)
			}
			began := time.Now()
			reply, err := next.Call(ctx, c)
			end := "done"
			if reply != nil && reply.Status != 0 {
				end = fmt.Sprintf("status %d", reply.Status)
			}
			t.Done(c.Kind+" "+c.Method+" "+RedactURL(textOf(c.Connection)), end, began, err)
			return reply, err
		})
	}
}

// Done tells the end of a call that began then.
func (t Trace) Done(call, end string, began time.Time, err error) {
	if t == nil {
		return
	}
	if err != nil {
		end = "failed: " + RedactURL(err.Error())
	}
	t(fmt.Sprintf("%s: %s, %.1f ms", call, end, float64(time.Since(began).Microseconds())/1000))
}

func textOf(v value.Value) string {
	if v.IsNull() {
		return "NULL"
	}
	return value.TextOf(v)
}
