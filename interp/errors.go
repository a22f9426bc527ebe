package interp

import (
	"errors"
	"slices"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// Codes of the run-time errors that the interpreter itself raises.
const (
	CodeThrown      = "E3001"          // throwException
	CodeUnsupported = "E3002"          // an operator that needs what golsf does not have
	CodeScript      = "E3003"          // EVAL of a text with errors
	CodeArgument    = "E3004"          // an argument of a call is missing or does not fit
	CodeNotFound    = "E3005"          // no such action, property or file
	CodeRequired    = "E3006"          // a value that an operator needs is NULL
	CodeStopped     = "E3901"          // the run was cancelled or took too long
	CodeSteps       = query.CodeSteps  // more steps than the limit
	CodeDepth       = "E3903"          // more nested calls than the limit
	CodeMemory      = query.CodeMemory // more memory than the limit
	CodeInternal    = "E3999"          // a fault of golsf itself
)

// javaThrown is the class that the text of messageCaughtException names for an
// error of throwException, as recorded.
const javaThrown = "lsfusion.server.logics.action.flow.LSFException"

// Call is one action call that led to an error. Span is the place of the call,
// invalid for the call from outside.
type Call struct {
	Action string
	Span   diag.Span
}

// RunError is an error of a running program: a stable code, one sentence, the
// place of the operator that failed and the calls that led there, the innermost
// first. Cause is the error of the outside world behind it, or nil.
type RunError struct {
	Code    string
	Message string
	Span    diag.Span
	Stack   []Call
	Cause   error
	// Diagnostics are the findings about the text that EVAL was given.
	Diagnostics diag.List
}

func (e *RunError) Error() string {
	if e.Span.Start.IsValid() {
		return e.Span.Start.String() + ": error " + e.Code + ": " + e.Message
	}
	return "error " + e.Code + ": " + e.Message
}

// Unwrap gives the cause.
func (e *RunError) Unwrap() error { return e.Cause }

// Stopped reports whether the run was ended from outside or by a limit, which
// TRY does not catch.
func (e *RunError) Stopped() bool {
	switch e.Code {
	case CodeStopped, CodeSteps, CodeMemory, CodeInternal:
		return true
	}
	return false
}

// caughtText is the value of messageCaughtException() in CATCH.
func (e *RunError) caughtText() string {
	if e.Code == CodeThrown {
		return javaThrown + ": " + e.Message
	}
	return e.Message
}

// fail raises a run-time error at span.
func fail(span diag.Span, code, format string, args ...any) {
	query.Throw(span, value.Errorf(code, format, args...))
}

// raise throws an error on, with the place and calls it already carries.
func raise(span diag.Span, err error) {
	var run *RunError
	if errors.As(err, &run) {
		panic(&query.Thrown{Err: &value.Error{Code: run.Code, Message: run.Message}, Span: run.Span, Cause: run})
	}
	query.Throw(span, err)
}

// runError gives err, as Guard returned it, its final form.
func (t *thread) runError(err error) *RunError {
	var run *RunError
	if errors.As(err, &run) {
		return run
	}
	out := &RunError{Code: "E3000", Message: err.Error(), Cause: err}
	var thrown *query.Thrown
	if errors.As(err, &thrown) {
		out.Code, out.Message, out.Span, out.Cause = thrown.Err.Code, thrown.Err.Message, thrown.Span, thrown.Cause
	}
	out.Span = t.env.InProgram(out.Span)
	out.Stack = t.openCalls()
	return out
}

// openCalls are the calls under way, the innermost first.
func (t *thread) openCalls() []Call {
	out := slices.Clone(t.stack)
	slices.Reverse(out)
	return out
}
