package ext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Status is what became of an item, or of all of them.
type Status string

// Statuses: of items all, of a report success and failed, of the outcome of an
// asynchronous item success, failed and unfinished.
const (
	StatusSuccess    Status = "success"
	StatusFailed     Status = "failed"
	StatusSkipped    Status = "skipped" // its condition was not met
	StatusMissing    Status = "missing" // nothing carries its URI
	StatusAsync      Status = "async"   // started and not waited for
	StatusUnfinished Status = "unfinished"
)

// Codes of failures, besides those of connectors and of errors of programs.
const (
	CodeFalse       = "returned_false" // the action returned TFALSE
	CodeCanceled    = "canceled"       // an APPLY of it was cancelled
	CodeTimeout     = "timeout"
	CodeStopped     = "stopped" // the run has ended from outside
	CodeScript      = "script_error"
	CodeNotUnitable = "not_unitable" // the item is no action
	CodeExit        = "exit_code"
	CodeStart       = "not_started" // the executable
	CodeTooLarge    = "too_large"   // its output
)

// Failure is why an item has failed.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	// Place is where a script has failed, file:line:col.
	Place string `json:"place,omitempty"`
}

// Entry is one item of a report.
type Entry struct {
	URI       string    `json:"uri"`
	Condition Condition `json:"condition"`
	Status    Status    `json:"status"`
	// Ms is how long the item took, in milliseconds; an asynchronous one from
	// its start to its end.
	Ms    int64    `json:"ms"`
	Error *Failure `json:"error"`
	// Outcome is how an asynchronous item ended, once it was waited for.
	Outcome Status `json:"outcome,omitempty"`

	runs []*asyncRun // not waited for yet
}

// Report is what a fired extension point gives. The entries are in the order of
// the lists.
type Report struct {
	URI    string   `json:"uri"`
	Status Status   `json:"status"`
	Items  []*Entry `json:"items"`
}

// JSON is the report as one line without a line feed.
func (r *Report) JSON() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(r) // texts and numbers only
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Line is the entry for a person: "failed URI: message".
func (e *Entry) Line() string {
	if e.Status != StatusFailed || e.Error == nil {
		return string(e.Status) + " " + e.URI
	}
	return fmt.Sprintf("%s %s: %s", e.Status, e.URI, e.Error.line())
}

// line is the message on one line.
func (f *Failure) line() string { return strings.Join(strings.Fields(f.Message), " ") }

// OutcomeLine tells of an asynchronous item that has not ended well, else "".
func (e *Entry) OutcomeLine() string {
	switch {
	case e.Outcome == StatusUnfinished:
		return fmt.Sprintf("%s %s: unfinished", e.Status, e.URI)
	case e.Outcome == StatusFailed && e.Error != nil:
		return fmt.Sprintf("%s %s: failed: %s", e.Status, e.URI, e.Error.line())
	}
	return ""
}
