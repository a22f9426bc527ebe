// Package actions holds the actions of the standard library that are written
// in Go: files and folders, archives, encodings, the things of a system action
// that leave their result in a property (Utils.fileExists, Utils.resultString).
// Source: the modules System, Utils and Time as the language's documentation
// names them.
package actions

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect/files"
	"github.com/golsf/golsf/runtime/value"
)

// Codes of the errors of these actions.
const (
	CodeFile     = "E3601" // a file or folder cannot be read or written
	CodeCharset  = "E3602" // an unknown charset, or a text that has no form in it
	CodeDisabled = "E3604" // an action that is off unless allowed
)

// Config says what the actions may do.
type Config struct {
	// Command allows Utils.cmd to start programs.
	Command bool
}

// Table is the actions by id. It is safe for use by several goroutines.
type Table struct {
	config  Config
	actions map[string]interp.NativeAction
}

// New makes the table.
func New(c Config) *Table {
	t := &Table{config: c}
	t.actions = map[string]interp.NativeAction{
		"System.sleep":           sleep,
		"System.open":            open,
		"System.openLink":        open,
		"System.nothing":         nothing,
		"System.screen":          screen,
		"Utils.canonicalizeJSON": canonicalizeJSON,
		"Utils.linkToString":     linkToString,
		"Utils.sheetNames":       sheetNames,
		"Utils.columnsCount":     columnsCount,
		"Utils.listFiles":        listFiles,
		"Utils.fileExists":       fileExists,
		"Utils.stringToFile":     stringToFile,
		"Utils.fileToString":     fileToString,
		"Utils.appendToFile":     withFiles(appendToFile),
		"Utils.mkdir":            withFiles(mkdir),
		"Utils.delete":           withFiles(remove),
		"Utils.copy":             withFiles(copyPath),
		"Utils.move":             withFiles(move),
		"Utils.getFileSize":      getFileSize,
		"Utils.makeZipFile":      makeZipFile,
		"Utils.makeUnzipFile":    makeUnzipFile,
		"Utils.cmd":              t.cmd,
		"Utils.encodeBase64":     encodeBase64,
		"Utils.decodeBase64":     decodeBase64,
		"Utils.urlEncode":        urlEncode,
		"Utils.urlDecode":        urlDecode,
		"Utils.urlParse":         urlParse,
		"Utils.urlFormat":        urlFormat,
		"Utils.generateUUID":     generateUUID,
		"Utils.generatePassword": generatePassword,
		"Utils.printToLog":       printToLog,
		"Utils.readProperties":   readProperties,
		"Utils.readResource":     readResource,
		"Utils.richTextToString": richTextToString,
		"Time.toMilliseconds":    toMilliseconds,
		"SQLUtils.setAutoCommit": setAutoCommit,
	}
	return t
}

// Lookup finds an action by its id.
func (t *Table) Lookup(id string) (interp.NativeAction, bool) {
	a, ok := t.actions[id]
	return a, ok
}

// none is the result of an action that has none.
var none = value.Value{}

// arg is the i-th argument, NULL when the call has fewer.
func arg(args []value.Value, i int) value.Value {
	if i < len(args) {
		return args[i]
	}
	return none
}

// text is an argument as text, "" for NULL.
func text(args []value.Value, i int) string {
	if v := arg(args, i); !v.IsNull() {
		return value.TextOf(v)
	}
	return ""
}

func sleep(ctx context.Context, _ *interp.Host, args []value.Value) (value.Value, error) {
	v, err := value.Cast(arg(args, 0), value.ClassLong)
	if err != nil || v.IsNull() || v.Num() <= 0 {
		return none, err
	}
	timer := time.NewTimer(time.Duration(v.Num()) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return none, nil
	case <-ctx.Done():
		return none, &value.Error{Code: interp.CodeStopped, Message: "the run was stopped: " + context.Cause(ctx).Error()}
	}
}

// open writes what would be shown to a person to a temporary folder and prints
// its path (product.md decision 65).
func open(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	f := arg(args, 0).File()
	if f == nil {
		h.Warn(text(args, 0))
		return none, nil
	}
	name := ""
	for _, a := range args[1:] {
		if a.Kind() == value.Text {
			name = a.Str()
		}
	}
	place, err := files.Open(arg(args, 0), name)
	if err != nil {
		return none, err
	}
	h.Warn(place)
	return none, nil
}

// charset finds a character encoding; nil is UTF-8.
func charset(name string) (encoding.Encoding, error) {
	switch strings.ToUpper(strings.TrimSpace(name)) {
	case "", "UTF-8", "UTF8":
		return nil, nil
	}
	if rest, ok := strings.CutPrefix(strings.ToUpper(name), "CP"); ok {
		name = "windows-" + rest
		if rest == "866" {
			name = "ibm866"
		}
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, value.Errorf(CodeCharset, "unknown charset '%s'", name)
	}
	return e, nil
}

func encode(s, name string) ([]byte, error) {
	e, err := charset(name)
	if err != nil || e == nil {
		return []byte(s), err
	}
	out, err := encoding.ReplaceUnsupported(e.NewEncoder()).String(s)
	if err != nil {
		return nil, value.Errorf(CodeCharset, "the text cannot be written as %s", name)
	}
	return []byte(out), nil
}

func decode(b []byte, name string) (string, error) {
	e, err := charset(name)
	if err != nil || e == nil {
		return strings.ToValidUTF8(string(b), "\uFFFD"), err
	}
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return "", value.Errorf(CodeCharset, "the file is no %s text", name)
	}
	return string(out), nil
}

func stringToFile(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	if arg(args, 0).IsNull() {
		return none, h.Set("Utils.resultFile", none)
	}
	b, err := encode(text(args, 0), text(args, 1))
	if err != nil {
		return none, err
	}
	f := value.FileOf(value.NameFile, &value.FileData{Bytes: b, Ext: text(args, 2)})
	return none, h.Set("Utils.resultFile", f)
}

func fileToString(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	f := arg(args, 0).File()
	if f == nil {
		return none, h.Set("Utils.resultString", none)
	}
	s, err := decode(f.Bytes, text(args, 1))
	if err != nil {
		return none, err
	}
	return none, h.Set("Utils.resultString", value.String(s))
}

func encodeBase64(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	if arg(args, 0).IsNull() {
		return none, h.Set("Utils.encodedBase64", none)
	}
	return none, h.Set("Utils.encodedBase64", value.String(base64.StdEncoding.EncodeToString([]byte(text(args, 0)))))
}

func decodeBase64(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	if arg(args, 0).IsNull() {
		return none, h.Set("Utils.decodedBase64", none)
	}
	clean := strings.NewReplacer("\n", "", "\r", "", " ", "").Replace(text(args, 0))
	b, err := base64.StdEncoding.DecodeString(clean)
	if err != nil {
		return none, value.Errorf(value.CodeFormat, "the text is no base64")
	}
	return none, h.Set("Utils.decodedBase64", value.String(strings.ToValidUTF8(string(b), "\uFFFD")))
}

func urlEncode(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	if arg(args, 0).IsNull() {
		return none, h.Set("Utils.urlEncoded", none)
	}
	b, err := encode(text(args, 0), text(args, 1))
	if err != nil {
		return none, err
	}
	// Java leaves "*" as it is and writes "~" as %7E.
	s := strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(string(b)))
	return none, h.Set("Utils.urlEncoded", value.String(s))
}

func urlDecode(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	if arg(args, 0).IsNull() {
		return none, h.Set("Utils.urlDecoded", none)
	}
	raw, err := url.QueryUnescape(text(args, 0))
	if err != nil {
		return none, value.Errorf(value.CodeFormat, "the text is not URL-encoded: %s", err)
	}
	s, err := decode([]byte(raw), text(args, 1))
	if err != nil {
		return none, err
	}
	return none, h.Set("Utils.urlDecoded", value.String(s))
}

// urlParse splits Utils.urlFormatted into Utils.urlParsed; urlFormat is the
// way back, in the order of the names.
func urlParse(_ context.Context, h *interp.Host, _ []value.Value) (value.Value, error) {
	h.Clear("Utils.urlParsed")
	v := h.Get("Utils.urlFormatted")
	if v.IsNull() {
		return none, nil
	}
	for _, pair := range strings.Split(value.TextOf(v), "&") {
		name, val, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err == nil {
			val, err = url.QueryUnescape(val)
		}
		if err != nil {
			return none, value.Errorf(value.CodeFormat, "the text is not URL-encoded: %s", err)
		}
		if err := h.Set("Utils.urlParsed", value.String(val), value.String(name)); err != nil {
			return none, err
		}
	}
	return none, nil
}

func urlFormat(_ context.Context, h *interp.Host, _ []value.Value) (value.Value, error) {
	var pairs []string
	h.Rows("Utils.urlParsed", func(keys []value.Value, v value.Value) bool {
		pairs = append(pairs, url.QueryEscape(value.TextOf(keys[0]))+"="+url.QueryEscape(value.TextOf(v)))
		return true
	})
	return none, h.Set("Utils.urlFormatted", value.String(strings.Join(pairs, "&")))
}

func generateUUID(_ context.Context, h *interp.Host, _ []value.Value) (value.Value, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return none, err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	return none, h.Set("Utils.generatedUUID", value.String(s))
}

// generatePassword makes a random word of a length, with at least one digit
// and both cases when asked.
func generatePassword(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	n := 8
	if v, err := value.Cast(arg(args, 0), value.ClassInteger); err == nil && v.Num() > 0 {
		n = int(min(v.Num(), 1000))
	}
	const lower, upper, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	letters := lower + digits
	if !arg(args, 2).IsNull() {
		letters += upper
	}
	for {
		b := make([]byte, n)
		raw := make([]byte, n)
		if _, err := rand.Read(raw); err != nil {
			return none, err
		}
		for i, r := range raw {
			b[i] = letters[int(r)%len(letters)]
		}
		s := string(b)
		fits := arg(args, 1).IsNull() || n < 3 || strings.ContainsAny(s, digits)
		if !arg(args, 2).IsNull() && n >= 3 {
			fits = fits && strings.ContainsAny(s, lower) && strings.ContainsAny(s, upper)
		}
		if fits {
			return none, h.Set("Utils.generatedPassword", value.String(s))
		}
	}
}

func printToLog(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	line := text(args, 0)
	if level := text(args, 2); level != "" {
		line = level + ": " + line
	}
	h.Warn(line)
	return none, nil
}

// readProperties reads a file of name=value lines.
func readProperties(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	h.Clear("Utils.properties")
	f := arg(args, 0).File()
	if f == nil {
		return none, nil
	}
	for _, line := range strings.Split(strings.ReplaceAll(string(f.Bytes), "\r\n", "\n"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		name, val, ok := strings.Cut(line, "=")
		if !ok {
			name, val, _ = strings.Cut(line, ":")
		}
		if err := h.Set("Utils.properties", value.String(strings.TrimSpace(val)), value.String(strings.TrimSpace(name))); err != nil {
			return none, err
		}
	}
	return none, nil
}

// richTextToString drops the tags of a rich text.
func richTextToString(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	if arg(args, 0).IsNull() {
		return none, h.Set("Utils.resultString", none)
	}
	var b strings.Builder
	inside := false
	for _, r := range text(args, 0) {
		switch {
		case r == '<':
			inside = true
		case r == '>' && inside:
			inside = false
		case !inside:
			b.WriteRune(r)
		}
	}
	s := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&nbsp;", " ", "&amp;", "&").Replace(b.String())
	return none, h.Set("Utils.resultString", value.String(s))
}

func toMilliseconds(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	v := arg(args, 0)
	t, ok := v.GoTime()
	if !ok {
		return none, h.Set("Time.resultMilliseconds", none)
	}
	return none, h.Set("Time.resultMilliseconds", value.Int64(t.UnixMilli()))
}
