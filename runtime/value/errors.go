package value

import "fmt"

// Codes of the errors that values raise at run time.
const (
	CodeOverflow = "E3101" // a result is out of the range of its class
	CodeRange    = "E3102" // a written value does not fit its class
	CodeFormat   = "E3103" // a text is not a value of the class asked for
	CodeOperands = "E3104" // an operation is not defined for these classes
	CodeJSON     = "E3105" // a text is not JSON
	CodeFile     = "E3106" // a file cannot be converted
	CodeArgument = "E3107" // an argument of a function is not usable
)

// Errorf makes a run-time error with a message in the manner of fmt.Sprintf.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func overflow(c Class, op string) error {
	return Errorf(CodeOverflow, "the result of %s is out of the range of %s", op, c)
}

func badOperands(op string, a, b Value) error {
	return Errorf(CodeOperands, "%s is not defined for %s and %s", op, ClassOfValue(a), ClassOfValue(b))
}
