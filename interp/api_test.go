package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func load(t *testing.T, text string, c assembly.Config) *interp.Instance {
	t.Helper()
	p, list, err := assembly.Load(context.Background(), []interp.Source{{Name: "main.lsf", Text: []byte(text)}}, c)
	if err != nil || p == nil {
		t.Fatal(err, list)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p.Instance
}

func TestArguments(t *testing.T) {
	const text = `
		MODULE main; REQUIRE Utils;
		all(INTEGER n, STRING s, DATE d) { RETURN (OVERRIDE STRING(n), '-') + ' ' + (OVERRIDE s, '-') + ' ' + (OVERRIDE STRING(d), '-'); }
		file(FILE f) { RETURN STRING(f); }
		same(INTEGER n) { } same(STRING s) { RETURN s; }`
	inst := load(t, text, assembly.Config{})
	for _, c := range []struct {
		action string
		args   []interp.Argument
		want   string
		code   string
	}{
		{action: "all", args: []interp.Argument{{Text: "1"}, {Text: "a"}, {Text: "2024-02-29"}}, want: "1 a 2024-02-29"},
		{action: "all", args: []interp.Argument{{Text: "a"}, {Name: "N", Text: "7"}}, want: "7 a -"},
		{action: "main.all[INTEGER,STRING,DATE]", want: "- - -"},
		{action: "all", args: []interp.Argument{{Text: "seven"}}, code: interp.CodeArgument},
		{action: "all", args: []interp.Argument{{Text: ""}, {Text: ""}}, want: "- - -"},
		{action: "all", args: []interp.Argument{{Value: value.Int64(5), Typed: true}}, want: "5 - -"},
		{action: "file", args: []interp.Argument{{File: &value.FileData{Bytes: []byte("xyz"), Ext: "txt"}}}, want: "xyz"},
		{action: "none", code: interp.CodeNotFound},
		{action: "same", args: []interp.Argument{{Text: "x"}}, code: interp.CodeArgument},
		{action: "same[STRING]", args: []interp.Argument{{Text: "x"}}, want: "x"},
	} {
		res, err := inst.Call(context.Background(), interp.Request{Action: c.action, Args: c.args})
		var run *interp.RunError
		if errors.As(err, &run); (run == nil) != (c.code == "") || run != nil && run.Code != c.code {
			t.Errorf("%s %v: error %v, want %q", c.action, c.args, err, c.code)
			continue
		}
		if err == nil && value.TextOf(res.Values[0].Value) != c.want {
			t.Errorf("%s %v = %q, want %q", c.action, c.args, value.TextOf(res.Values[0].Value), c.want)
		}
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	const text = "MODULE main; REQUIRE Utils;\ninner(INTEGER n) {\n  IF n = 2 THEN\n    throwException('bad');\n}\nrun() {\n  FOR iterate(INTEGER i, 1, 3) DO inner(i);\n}\n"
	_, _, _, err := run(t, text, interp.Request{})
	var e *interp.RunError
	if !errors.As(err, &e) {
		t.Fatalf("error %v", err)
	}
	got := fmt.Sprintf("%s %s at %v", e.Code, e.Message, e.Span.Start)
	for _, c := range e.Stack {
		got += fmt.Sprintf(" < %s %v", c.Action, c.Span.Start)
	}
	const want = "E3001 bad at main.lsf:4:5 < System.throwException main.lsf:4:5 < main.inner main.lsf:7:35 < main.run "
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLimits(t *testing.T) {
	const text = `
		MODULE main; REQUIRE Utils;
		v = DATA LOCAL INTEGER (INTEGER); n = DATA LOCAL INTEGER (); s = DATA LOCAL STRING ();
		forever() { WHILE TRUE DO n() <- 1; }
		slow() { WHILE TRUE DO s() <- 'x' + n(); }
		deep ABSTRACT LIST (INTEGER); deep(INTEGER k) + { deep(k + 1); }
		rows() { FOR iterate(INTEGER i, 1, 100000) AND NOT v(i) DO v(i) <- 1; }
		grow() { FOR iterate(INTEGER i, 1, 100000000) DO v(i) <- i; }
		caught() { TRY forever(); CATCH MESSAGE 'caught'; }`
	for _, c := range []struct {
		action string
		limits query.Limits
		want   string
	}{
		{"forever", query.Limits{Steps: 5000}, interp.CodeSteps},
		{"slow", query.Limits{Steps: 5000}, interp.CodeSteps},
		{"caught", query.Limits{Steps: 5000}, interp.CodeSteps},
		{"deep", query.Limits{Depth: 200}, interp.CodeDepth},
		{"deep", query.Limits{Depth: 10000}, interp.CodeDepth},
		{"rows", query.Limits{Rows: 1000}, "E3902"},
		{"grow", query.Limits{Memory: 64 << 20}, interp.CodeMemory},
		{"forever", query.Limits{}, interp.CodeStopped},
		{"slow", query.Limits{}, interp.CodeStopped},
	} {
		inst := load(t, text, assembly.Config{Limits: c.limits})
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		if c.want == interp.CodeStopped {
			ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
		}
		_, err := inst.Call(ctx, interp.Request{Action: c.action})
		cancel()
		var e *interp.RunError
		if !errors.As(err, &e) || e.Code != c.want {
			t.Errorf("%s with %+v: %v, want %s", c.action, c.limits, err, c.want)
		}
	}
}

// Loops over registers give what the general way gives.
func TestLanes(t *testing.T) {
	const text = `
		MODULE main; REQUIRE Utils;
		l = DATA LOCAL LONG (); n = DATA LOCAL INTEGER (); b = DATA LOCAL BOOLEAN (); s = DATA LOCAL STRING ();
		half(INTEGER x) = x - 1;
		sum() { l() <- 0L; FOR iterate(INTEGER i, 1, 10) ORDER DESC i DO { IF i = 3 THEN CONTINUE; IF i < 2 THEN BREAK; l() <- l() + i * 2; } RETURN l(); }
		null() { FOR iterate(INTEGER i, 1, 3) DO n() <- n() + i; RETURN OVERRIDE STRING(n()), 'NULL'; }
		over() { n() <- 2147483600; TRY FOR iterate(INTEGER i, 1, 100) DO n() <- n() + 1; CATCH s() <- 'overflow'; RETURN s() + ' ' + n(); }
		flag() { FOR iterate(INTEGER i, 1, 5) DO { b() <- i > 3; IF NOT b() THEN l() <- (OVERRIDE l(), 0L) + half(i); } RETURN STRING(l()) + (IF b() THEN 'b' ELSE '-'); }
		wide(x) { l() <- 0L; FOR iterate(INTEGER i, 1, 3) DO l() <- l() + i; RETURN l(); }
		mixed(INTEGER k) { l() <- 0L; FOR iterate(INTEGER i, 1, 3) DO l() <- l() + k; RETURN l(); }
		while() { n() <- 0; WHILE n() < 7 DO n() <- n() + 2; RETURN n(); }
		mods() { n() <- 0; FOR iterate(INTEGER i, 1, 10) DO FOR iterate(INTEGER j, i, 10) DO IF mod(i + j, 4) = 0 AND NOT i = j THEN n() <- n() + 1; RETURN n(); }`
	inst := load(t, text, assembly.Config{})
	for action, want := range map[string]string{
		"sum": "102", "null": "NULL", "over": "overflow 2147483647", "flag": "3b", "wide": "6", "while": "8", "mods": "10",
	} {
		res, err := inst.Call(context.Background(), interp.Request{Action: action})
		if err != nil {
			t.Errorf("%s: %v", action, err)
		} else if got := value.TextOf(res.Values[0].Value); got != want {
			t.Errorf("%s = %s, want %s", action, got, want)
		}
	}
	res, err := inst.Call(context.Background(), interp.Request{Action: "mixed", Args: []interp.Argument{{Value: value.Int64(1 << 40), Typed: true}}})
	if err == nil {
		t.Logf("mixed = %v", value.TextOf(res.Values[0].Value))
	}
}

// Sessions of several goroutines apply one after another: no sum is lost, and
// the constraint holds for what is saved.
func TestConcurrentApply(t *testing.T) {
	const text = `
		MODULE main; REQUIRE Utils;
		n = DATA INTEGER ();
		CONSTRAINT n() > 100 MESSAGE 'too much';
		add() { APPLY { n() <- (OVERRIDE n(), 0) + 1; } RETURN IF canceled() THEN 1 ELSE 0; }
		get() { RETURN n(); }`
	inst := load(t, text, assembly.Config{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	for range 8 {
		wg.Go(func() {
			for range 20 {
				res, err := inst.Call(context.Background(), interp.Request{Action: "add"})
				if err != nil {
					t.Error(err)
					return
				}
				if value.TextOf(res.Values[0].Value) == "1" {
					mu.Lock()
					refused++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	res, err := inst.Call(context.Background(), interp.Request{Action: "get"})
	if err != nil || value.TextOf(res.Values[0].Value) != "100" || refused != 60 {
		t.Errorf("n = %v, refused %d, error %v", res.Values, refused, err)
	}
}

func TestPrompt(t *testing.T) {
	var out bytes.Buffer
	inst := load(t, "MODULE main; REQUIRE Utils; CLASS A; n = DATA INTEGER (A);", assembly.Config{Stdout: &out})
	ctx := context.Background()
	s := inst.NewSession()
	defer s.Close()
	if list := inst.Declare(ctx, s, "p1", "m(A a) = n(a) * 2; add(INTEGER k) { NEW a = A { n(a) <- k; } }"); list.Errors() {
		t.Fatal(list)
	}
	if list := inst.Declare(ctx, s, "p2", "m2(A a) = nn(a);"); !list.Errors() {
		t.Fatal("a declaration with a wrong name was taken")
	}
	if _, err := inst.Exec(ctx, s, "add(4); add(3); MESSAGE 'made';"); err != nil {
		t.Fatal(err)
	}
	table, err := inst.Eval(ctx, s, "m(A a)")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range table.Rows {
		got = append(got, value.TextOf(r[1]))
	}
	if strings.Join(got, " ") != "8 6" || out.String() != "made\n" {
		t.Errorf("rows %v, output %q", got, out.String())
	}
	if list := inst.Declare(ctx, s, "p3", "m(A a) = n(a) * 10;"); list.Errors() {
		t.Fatal(list)
	}
	if table, err = inst.Eval(ctx, s, "GROUP SUM m(A a)"); err != nil || value.TextOf(table.Rows[0][0]) != "70" {
		t.Errorf("%v %v", table, err)
	}
	// The values stay when a stored property is declared again: those of the
	// session and, of another class, what can be converted.
	for _, tt := range []struct{ declaration, want string }{
		{"n = DATA INTEGER (A);", "7"},
		{"n = DATA NUMERIC[10,2] (A);", "7.00"},
	} {
		if list := inst.Declare(ctx, s, "p4", tt.declaration); list.Errors() {
			t.Fatal(list)
		}
		if table, err = inst.Eval(ctx, s, "GROUP SUM n(A a)"); err != nil || value.TextOf(table.Rows[0][0]) != tt.want {
			t.Errorf("%s: %v %v", tt.declaration, table, err)
		}
		if _, err := inst.Exec(ctx, s, "APPLY;"); err != nil {
			t.Fatal(err)
		}
	}
}
