package ext

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The published schema and the loader agree on manifests: those that load are
// valid, and those that do not are not.
func TestSchema(t *testing.T) {
	text, err := os.ReadFile("../../docs/extensions.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("extensions.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("extensions.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		manifest string
		loads    bool
	}{
		{`{"uri":"p:x","type":"union","union":{"list":[{"uri":"a"},{"uri":"b","condition":"prev_success"}]}}`, true},
		{`{"uri":"p:x","type":"union","union":{"list":[]}}`, true},
		{`{"uri":"p:x","type":"union","union":{"list":[],"later":1},"more":2}`, true},
		{`{"uri":"p:x","type":"action","action":{"script":"a.lsf"}}`, true},
		{`{"uri":"p:x","type":"action","action":{"script":"a.lsf","run":"go","async":true,"timeout":100}}`, true},
		{`{"uri":"p:x","type":"action","action":{"connector":"c","method":"A.b"}}`, true},
		{`{"uri":"p:x","type":"action","action":{"exec":["a","b"]}}`, true},
		{`{"type":"action","action":{"script":"a.lsf"}}`, false},
		{`{"uri":"","type":"action","action":{"script":"a.lsf"}}`, false},
		{`{"uri":1,"type":"action","action":{"script":"a.lsf"}}`, false},
		{`{"uri":"p:x","action":{"script":"a.lsf"}}`, false},
		{`{"uri":"p:x","type":"form","action":{"script":"a.lsf"}}`, false},
		{`{"uri":"p:x","type":"union"}`, false},
		{`{"uri":"p:x","type":"action"}`, false},
		{`{"uri":"p:x","type":"union","union":{}}`, false},
		{`{"uri":"p:x","type":"union","union":{"list":{}}}`, false},
		{`{"uri":"p:x","type":"union","union":{"list":[{"condition":"none"}]}}`, false},
		{`{"uri":"p:x","type":"union","union":{"list":[{"uri":"a","condition":"None"}]}}`, false},
		{`{"uri":"p:x","type":"union","union":{"list":["a"]}}`, false},
		{`{"uri":"p:x","type":"action","action":{}}`, false},
		{`{"uri":"p:x","type":"action","action":{"script":""}}`, false},
		{`{"uri":"p:x","type":"action","action":{"script":"/a.lsf"}}`, false},
		{`{"uri":"p:x","type":"action","action":{"script":"a.lsf","exec":["a"]}}`, false},
		{`{"uri":"p:x","type":"action","action":{"connector":"c"}}`, false},
		{`{"uri":"p:x","type":"action","action":{"exec":[]}}`, false},
		{`{"uri":"p:x","type":"action","action":{"exec":[""]}}`, false},
		{`{"uri":"p:x","type":"action","action":{"exec":["a",1]}}`, false},
		{`{"uri":"p:x","type":"action","action":{"script":"a.lsf","async":1}}`, false},
		{`{"uri":"p:x","type":"action","action":{"script":"a.lsf","timeout":-1}}`, false},
		{`[]`, false},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "m.json"), []byte(test.manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		_, loadErr := Load(dir)
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(test.manifest)))
		if err != nil {
			t.Fatal(err)
		}
		schemaErr := schema.Validate(v)
		if (loadErr == nil) != test.loads || (schemaErr == nil) != test.loads {
			t.Errorf("%s: loads %v, loader says %v, schema says %v", test.manifest, test.loads, loadErr, schemaErr)
		}
	}
	examples, err := filepath.Glob("../../examples/extensions/*.json")
	if err != nil || len(examples) != 4 {
		t.Fatal(examples, err)
	}
	for _, file := range examples {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// Any text either loads or is refused with a place.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{"{}", `{"uri":"a","type":"union","union":{"list":[{"uri":"a","condition":"none"}]}}`, "\uFEFF{", `{"uri":"a","type":"action","action":{"exec":["a"],"timeout":1e9}}`} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, "m.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		folder, err := Load(dir)
		if err != nil {
			if e, ok := err.(*LoadError); !ok || len(e.Problems) == 0 || e.Problems[0].Path == "" {
				t.Fatal(err)
			}
			return
		}
		if len(folder.Manifests) != 1 || folder.Manifests[0].URI == "" || folder.Manifests[0].Runs() == "" {
			t.Fatalf("%+v", folder.Manifests)
		}
	})
}
