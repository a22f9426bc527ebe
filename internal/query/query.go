// Package query evaluates bound expressions: for one row (scalar closures over
// a frame) and for all rows of a condition with free parameters (plans of
// scans, index lookups, inverse lookups, generators, binds and filters).
//
// An Evaluator belongs to a program and a store and caches what it compiles;
// it may be used by several goroutines. A Frame and its Env belong to one.
//
// Errors inside an evaluation travel as a panic with a *Thrown and are turned
// into ordinary errors by Guard; no other panic is expected.
package query

import (
	"context"
	"runtime"
	"runtime/metrics"
	"strings"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// Env is what an evaluation sees of the world besides its slots.
type Env struct {
	Ctx     context.Context
	Session *store.Session
	Limits  *Limits
	// Call computes a Go function of the standard library ("Utils.substr").
	Call func(name string, args []value.Value) (value.Value, error)
	// JSON computes the JSON operator for one frame.
	JSON func(x *bound.JSONOf, fr *Frame) (value.Value, error)

	frames []*Frame   // of nested calls, depth of them in use
	ticks  int        // work done
	looks  int        // at what the run has used up
	depth  int        // nested property calls
	caller *diag.Span // where the program last used the standard library
}

// LibraryFile is how the names of the standard library's files begin.
const LibraryFile = "golsf:"

func inLibrary(span diag.Span) bool { return strings.HasPrefix(span.Start.File, LibraryFile) }

// InProgram is the place in the program that an error at span is about: span
// itself, or where the program used the standard library.
func (e *Env) InProgram(span diag.Span) diag.Span {
	if e.caller != nil && inLibrary(span) {
		return *e.caller
	}
	return span
}

// Limits bound one run (product.md decision 72); 0 means none.
type Limits struct {
	Steps    int64 // action steps and rows
	Depth    int   // nested calls
	Rows     int64 // rows of one set
	Response int64 // bytes of one answer
	Memory   int64
}

// Frame holds the values of the parameters of one body. Slots of parameters
// that are not bound hold NULL.
type Frame struct {
	Slots []value.Value
	Env   *Env
}

// Scalar computes an expression for a frame whose parameters are all bound.
type Scalar func(fr *Frame) value.Value

// Thrown is a run-time error on its way up, with the place in the program.
type Thrown struct {
	Err  *value.Error
	Span diag.Span
	// Wrapped is the cause when it is not of this package (a context's error,
	// an error of a connector).
	Cause error
}

func (t *Thrown) Error() string { return t.Err.Error() }

// Unwrap gives the cause, or the value error.
func (t *Thrown) Unwrap() error {
	if t.Cause != nil {
		return t.Cause
	}
	return t.Err
}

// Throw raises err at span.
func Throw(span diag.Span, err error) {
	switch e := err.(type) {
	case *Thrown:
		panic(e)
	case *value.Error:
		panic(&Thrown{Err: e, Span: span})
	}
	panic(&Thrown{Err: &value.Error{Code: "E3000", Message: err.Error()}, Span: span, Cause: err})
}

// Guard runs f and returns what it threw.
func Guard(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Thrown:
			err = r
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// Tick counts one unit of work and looks at the context now and then.
func (e *Env) Tick(span diag.Span) {
	e.ticks++
	if e.ticks&1023 == 0 {
		e.check(span)
	}
}

// work counts n units of work at once and looks at the limits.
func (e *Env) work(n int, span diag.Span) {
	e.ticks += n
	e.check(span)
}

// CodeSteps and CodeMemory are the limits of a run as a whole.
const (
	CodeSteps  = "E3904" // more steps than the limit
	CodeMemory = "E3905" // more memory than the limit
)

// weighEvery is how many looks pass between two looks at the memory in use.
const weighEvery = 16

// Weigh stops the run when the program's data takes more memory than allowed.
// It is called often and reads the figures now and then.
func (e *Env) Weigh(span diag.Span) {
	if e.Limits == nil || e.Limits.Memory <= 0 {
		return
	}
	if e.looks++; e.looks%weighEvery == 0 {
		e.weigh(span)
	}
}

func (e *Env) weigh(span diag.Span) {
	limit := uint64(e.Limits.Memory)
	if heapBytes() <= limit {
		return
	}
	runtime.GC() // what is only garbage does not count
	if heapBytes() > limit {
		Throw(span, value.Errorf(CodeMemory, "more than %d bytes of memory", limit))
	}
}

func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// largeText is the length from which each text made by the program is weighed.
const largeText = 1 << 20

// made looks at a text that the program has put together.
func (e *Env) made(v value.Value, span diag.Span) {
	if v.Kind() == value.Text && len(v.Str()) >= largeText && e != nil && e.Limits != nil && e.Limits.Memory > 0 {
		e.weigh(span)
	}
}

func (e *Env) check(span diag.Span) {
	e.Weigh(span)
	if e.Limits != nil && e.Limits.Steps > 0 && int64(e.ticks) > e.Limits.Steps {
		Throw(span, value.Errorf(CodeSteps, "more than %d steps", e.Limits.Steps))
	}
	if e.Ctx != nil && e.Ctx.Err() != nil {
		Throw(span, &Thrown{Err: &value.Error{Code: "E3901", Message: "the run was stopped: " + context.Cause(e.Ctx).Error()}, Span: span, Cause: context.Cause(e.Ctx)})
	}
}
