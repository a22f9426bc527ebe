package lsfconn_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/golsf/golsf/internal/capture"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/lsfconn"
	"github.com/golsf/golsf/runtime/value"
)

func lsf(server, method, exec string, params ...connect.Param) *connect.Call {
	return &connect.Call{Kind: connect.KindLSF, Method: method, Connection: value.String(server), Exec: value.String(exec),
		Params: params, To: []value.Class{value.ClassString, value.ClassString}}
}

func param(v value.Value) connect.Param {
	return connect.Param{Value: v, Class: value.ClassOfValue(v)}
}

func null(c value.Class) connect.Param { return connect.Param{Class: c} }

func TestCaptures(t *testing.T) {
	jsonFile := param(value.FileOf(value.NameJSONFile, &value.FileData{Bytes: []byte("[1]")}))
	programs := map[string]func(h string) []*connect.Call{
		"exec-wire": func(h string) []*connect.Call {
			return []*connect.Call{
				lsf(h, "EXEC", "Remote.none"), lsf(h, "EXEC", "Remote.one", param(value.String("a б"))),
				lsf(h, "EXEC", "Remote.two[STRING,INTEGER]", param(value.String("a")), param(value.Int(5))),
				lsf(h, "EXEC", "Remote.file", jsonFile), lsf(h+"/sub path", "EXEC", "Remote.path"),
				lsf(h+"/$1", "EXEC", "Remote.index", param(value.String("x"))),
			}
		},
		"eval-wire": func(h string) []*connect.Call {
			return []*connect.Call{lsf(h, "EVAL", "run(INTEGER a) { RETURN a; }", param(value.Int(7))),
				lsf(h+"/", "EVAL ACTION", "RETURN $1 + 'й';", param(value.Int(7)), null(value.Class{}))}
		},
		"exec-null": func(h string) []*connect.Call {
			return []*connect.Call{lsf(h, "EXEC", "Remote.x", null(value.ClassInteger), null(value.ClassFile))}
		},
	}
	for name, calls := range programs {
		t.Run(name, func(t *testing.T) {
			c, err := capture.Load("lsf", name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := c.Serve()
			if err != nil {
				t.Fatal(err)
			}
			for i, call := range calls("http://" + s.Host()) {
				r, err := new(lsfconn.Connector).Call(context.Background(), call)
				if err != nil || len(r.Results) != 2 || r.Results[0].Str() != "ok" || !r.Results[1].IsNull() {
					t.Errorf("call %d: %v, %v", i+1, r, err)
				}
			}
			s.Close()
			var want, got []string
			for _, e := range c.Exchanges {
				want = append(want, capture.Normalize(e.Request, ""))
			}
			for _, r := range s.Requests() {
				got = append(got, capture.Normalize(r, s.Host()))
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("requests (-want +got):\n%s", d)
			}
		})
	}
}

func TestSigned(t *testing.T) {
	l := &lsfconn.Connector{Secret: []byte("k")}
	r, err := l.Call(context.Background(), lsf("", "EXEC", "WLsf.hail", param(value.String("a б")), param(value.Int(5))))
	if err != nil {
		t.Fatal(err)
	}
	query, signature, _ := strings.Cut(r.Results[0].Str(), "&signature=")
	if query != "/exec?action=WLsf.hail&p=a+%D0%B1&p=5" {
		t.Errorf("got %s", query)
	}
	params := []connect.Pair{{Name: "p", Value: "a б"}, {Name: "p", Value: "5"}}
	if !lsfconn.Verify([]byte("k"), signature, false, "WLsf.hail", params) {
		t.Error("the signature does not hold")
	}
	moved := []connect.Pair{{Name: "p", Value: "a "}, {Name: "p", Value: "б5"}}
	for _, bad := range []bool{
		lsfconn.Verify([]byte("k"), signature, true, "WLsf.hail", params),
		lsfconn.Verify([]byte("k"), signature, false, "WLsf.hail", moved),
		lsfconn.Verify([]byte("k"), signature, false, "WLsf.hail", append(params, connect.Pair{Name: "n", Value: "1"})),
		lsfconn.Verify(nil, lsfconn.Sign(nil, false, "WLsf.hail", params), false, "WLsf.hail", params),
	} {
		if bad {
			t.Error("a changed request is accepted")
		}
	}
}
