package ext_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/tools/txtar"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/internal/ext"
	"github.com/golsf/golsf/runtime/connect/registry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program loads a folder that is written as an archive.
func program(t *testing.T, archive string, wait time.Duration, connectors map[string]registry.Func) *assembly.Program {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	folder, err := ext.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	reg := registry.New(registry.Options{})
	t.Cleanup(reg.Close)
	for id, c := range connectors {
		if err := reg.Register(id, c); err != nil {
			t.Fatal(err)
		}
	}
	p, list, err := assembly.Load(context.Background(), nil, assembly.Config{
		Connectors: reg, Extensions: ext.Options{Folder: folder, Wait: wait},
	})
	if err != nil || p == nil {
		t.Fatal(list, err)
	}
	return p
}

const mixed = `
-- add.lsf --
MODULE add;
total = DATA INTEGER ();
run(INTEGER by) { total() <- (total() (+) by); APPLY; IF canceled() THEN RETURN TFALSE; }
-- 1.json --
{ "uri": "p:point", "type": "union", "union": { "list": [ { "uri": "p:con" }, { "uri": "p:async" }, { "uri": "p:add", "condition": "prev_success" },
  { "uri": "p:broken", "condition": "prev_success" }, { "uri": "p:con", "condition": "prev_failed" } ] } }
-- 2.json --
{ "uri": "p:con", "type": "action", "action": { "connector": "count", "method": "up" } }
-- 3.json --
{ "uri": "p:async", "type": "action", "action": { "connector": "count", "method": "up", "async": true } }
-- 4.json --
{ "uri": "p:add", "type": "action", "action": { "script": "add.lsf" } }
-- 5.json --
{ "uri": "p:broken", "type": "action", "action": { "connector": "broken", "method": "x" } }
`

// Points may be fired from many goroutines at once; every item runs once.
func TestConcurrent(t *testing.T) {
	var calls atomic.Int64
	p := program(t, mixed, 0, map[string]registry.Func{
		"count": func(_ context.Context, c *registry.Call) (registry.Value, error) {
			if v, ok := c.Arg("by"); !ok || v.Text != "1" {
				return registry.Value{}, errors.New("no argument by")
			}
			calls.Add(1)
			return registry.BoolOf(false), nil
		},
		"broken": func(context.Context, *registry.Call) (registry.Value, error) { panic("out of order") },
	})
	const callers, rounds = 20, 25
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range rounds {
				rep := p.Extensions.Run(context.Background(), "p:point", []ext.Param{ext.TextParam("by", "1")}, nil)
				p.Extensions.Wait(context.Background(), rep)
				var got []string
				for _, e := range rep.Items {
					got = append(got, e.Line())
				}
				text := strings.Join(got, "\n")
				if rep.Status != ext.StatusSuccess || rep.Items[1].Outcome != ext.StatusSuccess ||
					!strings.HasPrefix(text, "success p:con\nasync p:async\nsuccess p:add\nfailed p:broken: ") || rep.Items[3].Error.Code != registry.CodeExternal {
					t.Errorf("%s %s", rep.Status, text)
				}
			}
		})
	}
	wg.Wait()
	if n := calls.Load(); n != 3*callers*rounds {
		t.Errorf("%d calls, want %d", n, 3*callers*rounds)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

const waiting = `
-- 1.json --
{ "uri": "p:one", "type": "action", "action": { "connector": "wait", "method": "x" } }
-- 2.json --
{ "uri": "p:chain", "type": "union", "union": { "list": [ { "uri": "p:one" }, { "uri": "p:one", "condition": "prev_failed" }, { "uri": "p:one", "condition": "prev_success" } ] } }
-- 3.json --
{ "uri": "p:async", "type": "action", "action": { "connector": "wait", "method": "x", "async": true } }
-- 4.json --
{ "uri": "p:child", "type": "action", "action": { "exec": ["sleep", "60"], "async": true } }
-- 5.json --
{ "uri": "p:short", "type": "action", "action": { "connector": "wait", "method": "x", "timeout": 5 } }
`

// When the run ends, the item under way fails and nothing more is called.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	var calls atomic.Int64
	p := program(t, waiting, 0, map[string]registry.Func{
		"wait": func(ctx context.Context, _ *registry.Call) (registry.Value, error) {
			if calls.Add(1) == 2 {
				cancel(errors.New("enough"))
			}
			<-ctx.Done()
			return registry.Value{}, ctx.Err()
		},
	})
	defer p.Close()
	if rep := p.Extensions.Run(ctx, "p:short", nil, nil); rep.Items[0].Error == nil || rep.Items[0].Error.Code != ext.CodeTimeout {
		t.Errorf("%s", rep.JSON())
	}
	rep := p.Extensions.Run(ctx, "p:chain", nil, nil)
	want := "failed p:one: the run was stopped: enough|failed p:one: the run was stopped: enough|skipped p:one"
	var got []string
	for _, e := range rep.Items {
		got = append(got, e.Line())
	}
	if strings.Join(got, "|") != want || rep.Status != ext.StatusFailed || calls.Load() != 2 {
		t.Errorf("%v, %d calls", got, calls.Load())
	}
}

// Asynchronous items that do not end are stopped by Close, child processes too.
func TestUnfinished(t *testing.T) {
	var ended atomic.Int64
	p := program(t, waiting, 20*time.Millisecond, map[string]registry.Func{
		"wait": func(ctx context.Context, _ *registry.Call) (registry.Value, error) {
			<-ctx.Done()
			ended.Add(1)
			return registry.Value{}, ctx.Err()
		},
	})
	for _, uri := range []string{"p:async", "p:child"} {
		rep := p.Extensions.Run(context.Background(), uri, nil, nil)
		p.Extensions.Wait(context.Background(), rep)
		if e := rep.Items[0]; e.Status != ext.StatusAsync || e.Outcome != ext.StatusUnfinished || rep.Status != ext.StatusSuccess {
			t.Errorf("%s", rep.JSON())
		}
	}
	began := time.Now()
	if err := p.Close(); err != nil || ended.Load() != 1 || time.Since(began) > 4*time.Second {
		t.Error(err, ended.Load(), time.Since(began))
	}
}

// Random unions of actions of all kinds run as the model says, each item once.
func TestRandomUnions(t *testing.T) {
	names := []string{"gone", "good", "wrong", "async"}
	conditions := []ext.Condition{ext.None, ext.PrevSuccess, ext.PrevFailed}
	random := rand.New(rand.NewPCG(0, 4))
	var archive strings.Builder
	archive.WriteString(`
-- s.lsf --
MODULE s;
good() { }
wrong() { RETURN TFALSE; }
-- good1.json --
{ "uri": "good1", "type": "action", "action": { "script": "s.lsf", "run": "good" } }
-- good2.json --
{ "uri": "good2", "type": "action", "action": { "connector": "c", "method": "good" } }
-- wrong1.json --
{ "uri": "wrong1", "type": "action", "action": { "script": "s.lsf", "run": "wrong" } }
-- wrong2.json --
{ "uri": "wrong2", "type": "action", "action": { "connector": "c", "method": "wrong" } }
-- async1.json --
{ "uri": "async1", "type": "action", "action": { "script": "s.lsf", "run": "good", "async": true } }
-- async2.json --
{ "uri": "async2", "type": "action", "action": { "connector": "c", "method": "wrong", "async": true } }
`)
	const unions = 200
	lists, kinds := make([][]ext.Item, unions), make([][]ext.Kind, unions)
	for u := range unions {
		for range random.IntN(8) {
			k := random.IntN(4)
			kinds[u] = append(kinds[u], ext.Kind(k))
			lists[u] = append(lists[u], ext.Item{URI: names[k] + strconv.Itoa(1+random.IntN(2)), Condition: conditions[random.IntN(3)]})
		}
		fmt.Fprintf(&archive, "-- u%03d.json --\n{ \"uri\": \"u%d\", \"type\": \"union\", \"union\": { \"list\": [", u, u)
		for i, item := range lists[u] {
			if i > 0 {
				archive.WriteByte(',')
			}
			fmt.Fprintf(&archive, "{ \"uri\": %q, \"condition\": %q }", item.URI, item.Condition)
		}
		archive.WriteString("] } }\n")
	}
	p := program(t, archive.String(), 0, map[string]registry.Func{
		"c": func(_ context.Context, c *registry.Call) (registry.Value, error) {
			if c.Method == "wrong" {
				return registry.Value{}, errors.New("no")
			}
			return registry.Value{}, nil
		},
	})
	defer p.Close()
	for u := range unions {
		want, success := ext.Model(lists[u], kinds[u], true)
		rep := p.Extensions.Run(context.Background(), "u"+strconv.Itoa(u), nil, nil)
		var got []ext.Status
		for i, e := range rep.Items {
			got = append(got, e.Status)
			if e.URI != lists[u][i].URI || e.Condition != lists[u][i].Condition {
				t.Fatalf("%v: entry %d is %+v", lists[u], i, e)
			}
		}
		if !slices.Equal(got, want) || (rep.Status == ext.StatusSuccess) != success {
			t.Errorf("%v: got %v %s, want %v %v", lists[u], got, rep.Status, want, success)
		}
	}
}
