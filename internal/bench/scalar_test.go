package bench

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const (
	countTo  = 1_000_000
	nestedTo = 1_000
)

// The two scalar programs of P1 in each language.
const (
	countLsf = `
		total = DATA LOCAL LONG ();
		count() { total() <- 0L; FOR iterate(INTEGER i, 1, 1000000) DO total() <- total() + i; RETURN total(); }
		nested() {
			total() <- 0L;
			FOR iterate(INTEGER i, 1, 1000) DO
				FOR iterate(INTEGER j, 1, 1000) DO
					IF mod(i * j, 3) = 0 THEN total() <- total() + i * j; ELSE total() <- total() + 1;
			RETURN total();
		}`
	countLua = `
		function count() local s = 0; for i = 1, 1000000 do s = s + i end; return s end
		function nested()
			local s = 0
			for i = 1, 1000 do for j = 1, 1000 do
				if (i * j) % 3 == 0 then s = s + i * j else s = s + 1 end
			end end
			return s
		end`
	countStarlark = `
def count():
    s = 0
    for i in range(1, 1000001):
        s += i
    return s

def nested():
    s = 0
    for i in range(1, 1001):
        for j in range(1, 1001):
            if (i * j) % 3 == 0:
                s += i * j
            else:
                s += 1
    return s
`
)

func luaCall(b *testing.B, name string) (func() float64, func()) {
	l := lua.NewState()
	if err := l.DoString(countLua); err != nil {
		b.Fatal(err)
	}
	fn := l.GetGlobal(name)
	return func() float64 {
		if err := l.CallByParam(lua.P{Fn: fn, NRet: 1, Protect: true}); err != nil {
			b.Fatal(err)
		}
		v := float64(l.ToNumber(-1))
		l.Pop(1)
		return v
	}, l.Close
}

func starlarkCall(b *testing.B, name string) func() string {
	thread := &starlark.Thread{}
	globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, thread, "count.star", countStarlark, nil)
	if err != nil {
		b.Fatal(err)
	}
	fn := globals[name]
	return func() string {
		v, err := starlark.Call(thread, fn, nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		return v.String()
	}
}

// P1: a counting FOR over iterate, and a nested FOR with IF.
func BenchmarkP1Count(b *testing.B)  { scalarProgram(b, "count", countTo, "500000500000") }
func BenchmarkP1Nested(b *testing.B) { scalarProgram(b, "nested", nestedTo*nestedTo, nestedSum()) }

func nestedSum() string {
	s := 0
	for i := 1; i <= nestedTo; i++ {
		for j := 1; j <= nestedTo; j++ {
			if i*j%3 == 0 {
				s += i * j
			} else {
				s++
			}
		}
	}
	return itoa(s)
}

func scalarProgram(b *testing.B, action string, units int, want string) {
	ours := load(b, countLsf)
	luaFn, done := luaCall(b, action)
	defer done()
	star := starlarkCall(b, action)
	if got := ours.call(b, action); got != want {
		b.Fatalf("golsf: %s, want %s", got, want)
	}
	if got := itoa(int(luaFn())); got != want {
		b.Fatalf("lua: %s, want %s", got, want)
	}
	if got := star(); got != want {
		b.Fatalf("starlark: %s, want %s", got, want)
	}
	compare(b, units,
		candidate{name: "golsf", run: func() { ours.call(b, action) }},
		candidate{name: "gopher-lua", run: func() { luaFn() }},
		candidate{name: "starlark", run: func() { star() }},
	)
}
