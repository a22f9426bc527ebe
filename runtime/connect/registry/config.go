package registry

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/connect"
)

// Kind makes a connector of the settings of an entry. It reads each setting
// that it knows and ends with Settings.Done, which refuses all others.
type Kind func(s *Settings) (Connector, error)

// ConfigError is a fault of a configuration file. Field is its path from the
// entry: "settings.url", "[2].timeout" in a file with several entries.
type ConfigError struct{ File, Field, Message string }

func (e *ConfigError) Error() string {
	if e.Field == "" {
		return e.File + ": " + e.Message
	}
	return e.File + ": " + e.Field + ": " + e.Message
}

// Find gives the configuration in a folder: connectors.json, else the folder
// connectors; "" when there is neither.
func Find(folder string) string {
	for _, name := range [...]string{"connectors.json", "connectors"} {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.IsDir() == (name == "connectors") {
			return path
		}
	}
	return ""
}

// Load reads a configuration: a file with one entry or an array of them, or a
// folder of *.json files. The error joins all *ConfigError and *DuplicateError
// that were found; there is no registry then.
func Load(path string, kinds map[string]Kind, o Options) (*Registry, error) {
	files := []string{path}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*.json")); err != nil {
			return nil, err
		}
		slices.Sort(files)
	}
	r := New(o)
	var faults []error
	for _, file := range files {
		faults = append(faults, r.loadFile(file, kinds)...)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return r, nil
}

func (r *Registry) loadFile(file string, kinds map[string]Kind) []error {
	text, err := os.ReadFile(file)
	if err != nil {
		return []error{err}
	}
	doc, err := ParseJSON(text)
	if err != nil {
		return []error{&ConfigError{File: file, Message: "no JSON: " + err.Error()}}
	}
	switch doc.Kind() {
	case Row:
		return r.loadEntry(file, "", doc, kinds)
	case RowCollection:
		var faults []error
		for i, item := range doc.Items {
			faults = append(faults, r.loadEntry(file, "["+strconv.Itoa(i)+"]", item, kinds)...)
		}
		return faults
	}
	return []error{&ConfigError{File: file, Message: "neither an entry nor an array of entries"}}
}

// loadEntry adds one entry.
func (r *Registry) loadEntry(file, path string, doc Value, kinds map[string]Kind) []error {
	s := &Settings{file: file, path: path, fields: doc, registry: r}
	s.Text("$schema", "")
	e := Entry{File: file, Enabled: true}
	e.ID = s.Need("id")
	e.Kind = s.Need("type")
	e.Enabled = s.Bool("enabled", true)
	e.API = s.Bool("api", false)
	e.Timeout = time.Duration(s.Int("timeout", 0)) * time.Millisecond
	behavior := s.Choice("timeoutBehavior", ThrowException, ReInvoke)
	if _, ok := doc.Field("timeoutBehavaior"); ok { // as the original writes it
		behavior = s.Choice("timeoutBehavaior", ThrowException, ReInvoke)
	}
	e.ReInvoke = behavior == ReInvoke
	inner := s.Object("settings")
	inner.ID, inner.Folder = e.ID, filepath.Dir(file)
	s.unknown()
	kind, ok := kinds[e.Kind]
	if !ok && e.Kind != "" {
		var known []string
		for k := range kinds {
			known = append(known, k)
		}
		slices.Sort(known)
		s.Fault("type", "unknown type %q: known are %s", e.Kind, strings.Join(known, ", "))
	}
	if len(s.faults) > 0 || !ok {
		return s.faults
	}
	inner.expand()
	if len(inner.faults) > 0 {
		return inner.faults
	}
	c, err := kind(inner)
	if len(inner.faults) > 0 {
		return inner.faults
	}
	if err != nil {
		return []error{&ConfigError{File: file, Field: inner.path, Message: r.secrets.Redact(err.Error())}}
	}
	if err := r.Add(e, c); err != nil {
		var twice *DuplicateError
		if errors.As(err, &twice) {
			return []error{err}
		}
		return []error{&ConfigError{File: file, Field: s.at("id"), Message: err.Error()}}
	}
	return nil
}

// Settings are the settings of one entry while its connector is made. A setting
// of a wrong type is noted and shown by Load; what is read then is empty.
type Settings struct {
	ID     string
	Folder string // of the configuration file, where relative paths start

	file, path string
	fields     Value
	known      []string
	faults     []error
	registry   *Registry
}

// Options are those of the registry.
func (s *Settings) Options() Options { return s.registry.options }

// Secrets takes texts that must not be shown.
func (s *Settings) Secrets() *connect.Secrets { return &s.registry.secrets }

func (s *Settings) at(name string) string {
	if s.path == "" || name == "" {
		return cmp.Or(name, s.path)
	}
	return s.path + "." + name
}

// Fault notes that a setting cannot be used.
func (s *Settings) Fault(name, format string, args ...any) {
	s.faults = append(s.faults, &ConfigError{File: s.file, Field: s.at(name), Message: s.registry.secrets.Redact(fmt.Sprintf(format, args...))})
}

// field finds a setting by its exact name.
func (s *Settings) field(name string, kinds ...Type) (v Value, ok bool) {
	s.known = append(s.known, name)
	for _, f := range s.fields.Fields {
		if f.Name != name {
			continue
		}
		if ok {
			s.Fault(name, "given twice")
		}
		v, ok = f.Value, true
	}
	if ok && !slices.Contains(kinds, v.Kind()) {
		s.Fault(name, "%s, not %s", v.Kind(), kinds[0])
		return Value{}, false
	}
	return v, ok
}

// Text is a text setting, def when it is not given.
func (s *Settings) Text(name, def string) string {
	if v, ok := s.field(name, String); ok {
		return v.Text
	}
	return def
}

// Need is a text setting that must be given.
func (s *Settings) Need(name string) string {
	before := len(s.faults)
	v, ok := s.field(name, String)
	if len(s.faults) == before && (!ok || v.Text == "") {
		s.Fault(name, "missing or empty")
	}
	return v.Text
}

// Bool is a truth value.
func (s *Settings) Bool(name string, def bool) bool {
	if v, ok := s.field(name, Boolean); ok {
		return v.Bool
	}
	return def
}

// Int is a number that is not negative.
func (s *Settings) Int(name string, def int) int {
	v, ok := s.field(name, Number)
	if !ok {
		return def
	}
	n, err := strconv.Atoi(v.Text)
	if err != nil || n < 0 {
		s.Fault(name, "%s is no whole number from 0", v.Text)
		return def
	}
	return n
}

// Choice is one of a few texts; the first is the default.
func (s *Settings) Choice(name string, texts ...string) string {
	v := s.Text(name, texts[0])
	if !slices.Contains(texts, v) {
		s.Fault(name, "%q is none of %s", v, strings.Join(texts, ", "))
		return texts[0]
	}
	return v
}

// Texts is an array of texts.
func (s *Settings) Texts(name string) []string {
	v, ok := s.field(name, Array, RowCollection)
	var out []string
	for i, item := range v.Items {
		if item.Kind() != String {
			s.Fault(fmt.Sprintf("%s[%d]", name, i), "%s, not String", item.Kind())
			ok = false
			continue
		}
		out = append(out, item.Text)
	}
	if !ok {
		return nil
	}
	return out
}

// Pairs is an object of texts, in order.
func (s *Settings) Pairs(name string) []connect.Pair {
	v, _ := s.field(name, Row)
	var out []connect.Pair
	for _, f := range v.Fields {
		if f.Value.Kind() != String {
			s.Fault(name+"."+f.Name, "%s, not String", f.Value.Kind())
			continue
		}
		out = append(out, connect.Pair{Name: f.Name, Value: f.Value.Text})
	}
	return out
}

// Value is a setting of any type.
func (s *Settings) Value(name string) (Value, bool) {
	return s.field(name, Null, Boolean, Number, String, Row, RowCollection, Array)
}

// Each calls f with the settings inside each member of an object, in order; f
// reads them as a Kind does.
func (s *Settings) Each(name string, f func(member string, in *Settings)) {
	v, _ := s.field(name, Row)
	for _, m := range v.Fields {
		in := &Settings{ID: s.ID, Folder: s.Folder, file: s.file, path: s.at(name + "." + m.Name), fields: m.Value, registry: s.registry}
		if m.Value.Kind() != Row {
			s.Fault(name+"."+m.Name, "%s, not Row", m.Value.Kind())
			continue
		}
		f(m.Name, in)
		in.unknown()
		s.faults = append(s.faults, in.faults...)
	}
}

// Object is the settings inside an object; read, it ends with Done of its own.
func (s *Settings) Object(name string) *Settings {
	v, ok := s.field(name, Row)
	if !ok {
		v = Value{Type: Row}
	}
	return &Settings{ID: s.ID, Folder: s.Folder, file: s.file, path: s.at(name), fields: v, registry: s.registry}
}

// Done refuses settings that were not asked for. It returns the first fault.
func (s *Settings) Done() error {
	s.unknown()
	if len(s.faults) > 0 {
		return s.faults[0]
	}
	return nil
}

func (s *Settings) unknown() {
	for _, f := range s.fields.Fields {
		if slices.Contains(s.known, f.Name) {
			continue
		}
		var known []string
		for _, k := range s.known {
			if k != "$schema" && k != "timeoutBehavaior" {
				known = append(known, k)
			}
		}
		s.Fault(f.Name, "unknown: known are %s", strings.Join(known, ", "))
	}
}

var envReference = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand puts the variables of the environment in the place of ${NAME}; their
// values are secret.
func (s *Settings) expand() { s.fields = s.expanded("", s.fields) }

func (s *Settings) expanded(path string, v Value) Value {
	switch v.Kind() {
	case String:
		v.Text = envReference.ReplaceAllStringFunc(v.Text, func(ref string) string {
			name := ref[2 : len(ref)-1]
			text, ok := "", false
			if getenv := s.registry.options.Getenv; getenv != nil {
				text, ok = getenv(name)
			}
			if !ok {
				s.Fault(path, "the environment variable %s is not set", name)
			}
			s.registry.secrets.Add(text)
			return text
		})
	case Row:
		fields := make([]Field, len(v.Fields))
		for i, f := range v.Fields {
			inner := f.Name
			if path != "" {
				inner = path + "." + f.Name
			}
			fields[i] = Field{f.Name, s.expanded(inner, f.Value)}
		}
		v.Fields = fields
	case RowCollection, Array:
		items := make([]Value, len(v.Items))
		for i, item := range v.Items {
			items[i] = s.expanded(fmt.Sprintf("%s[%d]", path, i), item)
		}
		v.Items = items
	}
	return v
}
