package kinds_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/registry/kinds"
)

// configurations are texts of connectors.json and what Load says of them, ""
// for nothing. The schema agrees where it can see the fault.
var configurations = []struct {
	text, fault string
	unseen      bool // the schema cannot see the fault
}{
	{text: `[]`},
	{text: `{"id":"a","type":"mock"}`},
	{text: `[{"$schema":"../connectors.schema.json","id":"a","type":"mock","enabled":false,"api":true,"timeout":5,"timeoutBehavior":"ReInvoke","settings":{"methods":{"m":{"value":null,"delayMs":1}}}}]`},
	{text: `{"id":"a","type":"mock","timeoutBehavaior":"ThrowException","settings":{}}`},
	{text: `{"id":"a","type":"http","settings":{"url":"https://h/{class}/{method}","headers":{"A":"b"}}}`},
	{text: `{"id":"a","type":"sql","settings":{"url":"jdbc:sqlite:x.db","methods":{"m":{"sql":"select :a::text","result":"value"}}}}`},
	{text: `{"id":"a","type":"exec","settings":{"command":["x","y"],"env":{"A":"${HOME_SET}"}}}`},
	{text: `{"id":"a","type":"remote","settings":{"url":"http://h:1","token":"t"}}`},
	{text: `{"id":"a","type":"lsf","settings":{"url":"http://h:1"}}`},

	{text: `{"id":"a","type":"mock"`, fault: `no JSON`},
	{text: `5`, fault: `neither an entry nor an array`},
	{text: `[1]`, fault: `neither an entry nor an array`},
	{text: `{"type":"mock"}`, fault: `id: missing or empty`},
	{text: `{"id":"","type":"mock"}`, fault: `id: missing or empty`},
	{text: `{"id":"a:b","type":"mock"}`, fault: `colon`},
	{text: `{"id":"a"}`, fault: `type: missing or empty`},
	{text: `{"id":"a","type":"soap"}`, fault: `type: unknown type "soap": known are exec, http, lsf, mock, remote, sql`},
	{text: `{"id":1,"type":"mock"}`, fault: `id: Number, not String`},
	{text: `{"id":"a","type":"mock","tiemout":1}`, fault: `tiemout: unknown: known are id, type`},
	{text: `{"id":"a","type":"mock","timeout":-1}`, fault: `timeout: -1 is no whole number from 0`},
	{text: `{"id":"a","type":"mock","timeout":"5s"}`, fault: `timeout: String, not Number`},
	{text: `{"id":"a","type":"mock","timeoutBehavior":"Retry"}`, fault: `timeoutBehavior: "Retry" is none of ThrowException, ReInvoke`},
	{text: `{"id":"a","type":"mock","enabled":"yes"}`, fault: `enabled: String, not Boolean`},
	{text: `{"id":"a","type":"mock","settings":[]}`, fault: `settings: RowCollection, not Row`},
	{text: `{"id":"a","id":"b","type":"mock"}`, fault: `id: given twice`, unseen: true},
	{text: `[{"id":"a","type":"mock"},{"id":"A","type":"mock"}]`, fault: `id: "A" is registered twice`, unseen: true},
	{text: `{"id":"a","type":"mock","settings":{"methods":{"m":{}}}}`, fault: `settings.methods.m: a method has either a value or an error`},
	{text: `{"id":"a","type":"mock","settings":{"methods":{"m":{"value":1,"delay":5}}}}`, fault: `settings.methods.m.delay: unknown`},
	{text: `{"id":"a","type":"mock","settings":{"methods":{"m":{"error":{"message":"x"}}}}}`, fault: `code: missing or empty`},
	{text: `[{"id":"ok","type":"mock"},{"id":"a","type":"http","settings":{}}]`, fault: `[1].settings.url: missing or empty`},
	{text: `{"id":"a","type":"http","settings":{"url":"ftp://h"}}`, fault: `settings.url: no URL of http or https`},
	{text: `{"id":"a","type":"http","settings":{"url":"http://h","headers":{"A":1}}}`, fault: `settings.headers.A: Number, not String`},
	{text: `{"id":"a","type":"http","settings":{"url":"http://h","urll":"x"}}`, fault: `settings.urll: unknown: known are url, headers`},
	{text: `{"id":"a","type":"http","settings":{"url":"http://h","headers":{"A":"x ${NOT_SET}"}}}`, fault: `settings.headers.A: the environment variable NOT_SET is not set`, unseen: true},
	{text: `{"id":"a","type":"sql","settings":{"url":"jdbc:sqlite:x","methods":{"m":{"sql":"select $1"}}}}`, fault: `settings.methods.m.sql: a statement binds :name, not $1`, unseen: true},
	{text: `{"id":"a","type":"sql","settings":{"url":"jdbc:sqlite:x","methods":{"m":{"sql":"select 1","result":"row"}}}}`, fault: `settings.methods.m.result: "row" is none of rows, value, none`},
	{text: `{"id":"a","type":"exec","settings":{"command":"ls -l"}}`, fault: `settings.command: String, not Array`},
	{text: `{"id":"a","type":"exec","settings":{"command":[]}}`, fault: `settings.command: missing or empty`},
	{text: `{"id":"a","type":"exec","settings":{"command":["a",1]}}`, fault: `settings.command[1]: Number, not String`},
}

func TestConfiguration(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "..", "..", "docs", "connectors.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) (string, bool) { return "set", name == "HOME_SET" }
	for _, c := range configurations {
		file := filepath.Join(t.TempDir(), "connectors.json")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := registry.Load(file, kinds.All(), registry.Options{Getenv: getenv})
		switch {
		case c.fault == "" && err != nil:
			t.Errorf("%s\n%v", c.text, err)
		case c.fault != "" && err == nil:
			t.Errorf("%s\nloads, want %s", c.text, c.fault)
		case c.fault != "" && (!strings.Contains(err.Error(), c.fault) || !strings.HasPrefix(err.Error(), file+": ")):
			t.Errorf("%s\n got %v\nwant %s", c.text, err, c.fault)
		}
		if r != nil {
			r.Close()
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(c.text)))
		if err != nil {
			continue
		}
		if err, valid := schema.Validate(doc), c.fault == "" || c.unseen; (err == nil) != valid {
			t.Errorf("%s\nthe schema says %v", c.text, err)
		}
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "connectors")
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := registry.Find(dir); got != "" {
		t.Errorf("found %s in an empty folder", got)
	}
	write("b.json", `{"id":"One","type":"mock"}`)
	write("a.json", `[{"id":"two","type":"mock","enabled":false},{"id":"Three","type":"exec","settings":{"command":["x"]}}]`)
	write("readme.txt", "not a configuration")
	if got := registry.Find(dir); got != folder {
		t.Errorf("found %q", got)
	}
	r, err := registry.Load(folder, kinds.All(), registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range r.List() {
		list = append(list, e.ID+" "+e.Kind)
	}
	if got := strings.Join(list, ", "); got != "One mock, Three exec, two mock" {
		t.Errorf("the list is %s", got)
	}
	write("c.json", `{"id":"ONE","type":"mock"}`)
	write("d.json", `{"id":"x","type":"mock","bad":1}`)
	_, err = registry.Load(folder, kinds.All(), registry.Options{})
	for _, want := range []string{filepath.Join(folder, "c.json"), "registered in " + filepath.Join(folder, "b.json"), filepath.Join(folder, "d.json") + ": bad: unknown"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error misses %s: %v", want, err)
		}
	}
}

// TestSecretsAreMasked: a value of the environment shows nowhere.
func TestSecretsAreMasked(t *testing.T) {
	r := load(t, nil, `[{"id":"a","type":"mock","settings":{"methods":{"m":{"error":{"code":"x","message":"wrong password ${PW}"}}}}},
		{"id":"s","type":"sql","settings":{"url":"postgres://me:${PW}@127.0.0.1:1/db","methods":{"m":{"sql":"select 1"}}}}]`,
		registry.Options{Getenv: func(string) (string, bool) { return "tr0ub4dor", true }})
	if failed := expectCode(t, r, call("a", "m"), "x"); failed.Message != "wrong password ***" {
		t.Errorf("the message is %s", failed.Message)
	}
	if failed := expectCode(t, r, call("s", "m"), registry.CodeOffline); strings.Contains(failed.Error()+string(failed.Details), "tr0ub4dor") {
		t.Errorf("the error shows the password: %v", failed)
	}
}
