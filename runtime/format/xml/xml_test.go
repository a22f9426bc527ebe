package xml

import (
	"bytes"
	stdxml "encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// columns makes columns from "name:CLASS name:CLASS".
func columns(t testing.TB, text string) []format.Column {
	var cs []format.Column
	for _, f := range strings.Fields(text) {
		i := strings.LastIndexByte(f, ':')
		c, ok := value.ParseClass(f[i+1:])
		if !ok {
			t.Fatalf("no class %q", f[i+1:])
		}
		cs = append(cs, format.Column{Name: f[:i], Class: c})
	}
	return cs
}

func readAll(data string, cols []format.Column, opts format.ReadOptions) ([][]value.Value, error) {
	r, err := Codec{}.NewReader([]byte(data), cols, opts)
	if err != nil {
		return nil, err
	}
	var rows [][]value.Value
	for {
		row := make([]value.Value, len(cols))
		ok, err := r.Next(row)
		if !ok || err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func writeAll(t testing.TB, rows [][]value.Value, cols []format.Column, opts format.WriteOptions) string {
	var b bytes.Buffer
	w, err := Codec{}.NewWriter(&b, cols, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func dump(rows [][]value.Value) string {
	var texts []string
	for _, row := range rows {
		var cells []string
		for _, v := range row {
			if v.IsNull() {
				cells = append(cells, "-")
			} else {
				cells = append(cells, format.ValueText(v))
			}
		}
		texts = append(texts, strings.Join(cells, "|"))
	}
	return strings.Join(texts, "\n")
}

func recorded(t testing.TB, name string) string {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestRecordedRows(t *testing.T) {
	cols := columns(t, "a:STRING y:YEAR ii:INTERVAL[DATE] bp:BPSTRING[6] ul:NUMERIC rt:RICHTEXT z:ZDATETIME f:FILE j:JSON c:BOOLEAN tb:TBOOLEAN g:DOUBLE h:COLOR b:NUMERIC[10,2] m:XML")
	want := recorded(t, "xml-classes.xml")
	rows, err := readAll(want, cols, format.ReadOptions{})
	if err != nil || len(rows) != 8 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	// An empty text is read as NULL; it was written as an empty one.
	rows[1][0] = value.String("")
	if got := writeAll(t, rows, cols, format.WriteOptions{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := writeAll(t, nil, cols, format.WriteOptions{}), recorded(t, "xml-empty.xml"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func group(name string, items ...format.Node) format.Node {
	return format.Node{Name: name, Kind: format.Group, Items: items}
}

func list(name string, items ...format.Node) format.Node {
	return format.Node{Name: name, Kind: format.List, Items: items}
}

func leaf(name string, v any) format.Node {
	n := format.Node{Name: name, Kind: format.Leaf}
	switch v := v.(type) {
	case string:
		n.Value = value.String(v)
	case int:
		n.Value = value.Int(int32(v))
	}
	return n
}

func attr(name string, v any) format.Node {
	n := leaf(name, v)
	n.Attr = true
	return n
}

func TestRecordedForms(t *testing.T) {
	named := func(num string, note ...format.Node) format.Node {
		items := append([]format.Node{attr("oNum", num)}, note...)
		return group("", append(items, leaf("p=http://x.y/z:num", num), leaf("p:other", num), leaf("q:third", num))...)
	}
	for file, root := range map[string]format.Node{
		"form-nest.xml": group("", leaf("head", "H"), group("gE"), list("o",
			group("", leaf("oNum", "A"), group("gA", group("gB")), list("l",
				group("", leaf("lItem", "ink"), list("s")),
				group("", leaf("lItem", "pen"), group("gA", leaf("lQty", 2)), list("s", group("", leaf("sNo", "s1")), group("", leaf("sNo", "s2")))))),
			group("", leaf("oNum", "B"), group("gA", group("gB", leaf("oNote", "note"))), list("l",
				group("", leaf("lItem", "cap"), group("gA", leaf("lQty", 5)), list("s", group("", leaf("sNo", "s3")))))),
			group("", leaf("oNum", "C"), list("l"))), leaf("tail", "H!")),
		"form-extnull.xml": group("", list("o",
			group("", leaf("oNum", "A"), leaf("oNote", nil), leaf("z", nil)),
			group("", leaf("oNum", "B"), leaf("oNote", "note")),
			group("", leaf("oNum", "C"), leaf("oNote", nil)))),
		"form-names.xml": group("doc", attr("h1", "H"), list("order", named("A"), named("B", leaf("value", "note")), named("C"))),
		"form-namespaces.xml": group("", attr("head", "H"), attr("xmlns:t", "uri:x"), list("t:order",
			group("", attr("t:num", "A")), group("", attr("t:num", "B"), leaf("=urn:d:plain", "note")), group("", attr("t:num", "C")))),
	} {
		var b bytes.Buffer
		if err := (Codec{}).Write(&b, &root, format.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if want := recorded(t, file); b.String() != want {
			t.Errorf("%s: got\n%s\nwant\n%s", file, b.String(), want)
		}
	}
}

func TestWriting(t *testing.T) {
	s := value.String
	for _, tt := range []struct {
		columns string
		opts    format.WriteOptions
		rows    [][]value.Value
		want    string
	}{
		{"a:STRING", format.WriteOptions{Single: true}, [][]value.Value{{s("x")}}, "<export><a>x</a></export>\r\n"},
		{"a:STRING", format.WriteOptions{Single: true}, [][]value.Value{{{}}}, "<export />\r\n"},
		{"a:STRING value:STRING", format.WriteOptions{Root: "r", Tag: "t"}, [][]value.Value{{s("x"), s("y")}, {{}, {}}}, "<r><t><a>x</a>y</t><t /></r>\r\n"},
		{"a:STRING b:STRING", format.WriteOptions{Attr: true}, [][]value.Value{{s("\"<\n\t'"), s("&")}}, "<export><value a=\"&quot;&lt;&#xA;&#x9;'\" b=\"&amp;\" /></export>\r\n"},
		{"a:escapeInnerXML:STRING", format.WriteOptions{}, [][]value.Value{{s("<b/>")}}, "<export><value><a>&lt;b/&gt;</a></value></export>\r\n"},
		{"a:STRING", format.WriteOptions{}, [][]value.Value{{s("<x:b xmlns:x='u' c='1' x:d='2'>t<!-- c --></x:b>")}}, "<export><value><a><x:b xmlns:x=\"u\" c=\"1\" x:d=\"2\">t<!-- c --></x:b></a></value></export>\r\n"},
		{"a:STRING", format.WriteOptions{Charset: "windows-1251"}, [][]value.Value{{s("кот→😀")}}, "<export><value><a>\xea\xee\xf2&#x2192;&#x1f600;</a></value></export>\r\n"},
	} {
		tt.opts.NoDecl = true
		if got := writeAll(t, tt.rows, columns(t, tt.columns), tt.opts); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if got := writeAll(t, nil, nil, format.WriteOptions{Charset: "windows-1251"}); !strings.HasPrefix(got, "<?xml version=\"1.0\" encoding=\"windows-1251\"?>\r\n") {
		t.Errorf("declaration: %q", got)
	}
	if _, err := (Codec{}).NewWriter(io.Discard, nil, format.WriteOptions{Root: "a b"}); err == nil {
		t.Error("no error for a name with a blank")
	}
}

func TestReading(t *testing.T) {
	const entities = `<!DOCTYPE l [<!ENTITY e "ent &#65;"><!ENTITY x SYSTEM "file:///etc/passwd">]>`
	for _, tt := range []struct {
		name, doc, columns string
		opts               format.ReadOptions
		where, want        string
	}{
		{"rows of any name", `<x><a id="1">one</a><b id="2"><t>two</t></b></x>`, "t:STRING value:STRING", format.ReadOptions{}, "", "-|one\ntwo|-"},
		{"attributes", `<x><a id="1">one</a><b id=" 2 "/></x>`, "id:INTEGER", format.ReadOptions{Attr: true}, "", "1\n2"},
		{"classes", `<l><r><i> 7 </i><n>3.14</n><b>true</b><d>2024-02-29</d></r><r><b>false</b></r></l>`, "i:INTEGER n:NUMERIC[10,3] b:BOOLEAN d:DATE", format.ReadOptions{}, "", "7|3.140|true|2024-02-29\n-|-|-|-"},
		{"text is not trimmed", `<l><r><s> a </s><s>b</s></r></l>`, "s:STRING", format.ReadOptions{}, "", " a "},
		{"CDATA, references", entities + `<l><r><t><![CDATA[a < b]]></t></r><r><t>x &amp;&#65;&#x42; &e;&x;</t></r></l>`, "t:STRING", format.ReadOptions{}, "", "a < b\nx &AB ent A"},
		{"markup", `<l><r><t> <q a='1'></q> </t></r><r><t>p<!-- q -->r</t></r></l>`, "t:STRING", format.ReadOptions{}, "", " <q a=\"1\" /> \np<!-- q -->r"},
		{"prefix", `<l xmlns:p="u"><p:r><p:s>1</p:s><s>2</s></p:r></l>`, "p:s:INTEGER s:INTEGER", format.ReadOptions{}, "", "1|2"},
		{"default namespace", `<l xmlns="u"><r><s>1</s></r></l>`, "s:INTEGER =u:s:INTEGER", format.ReadOptions{}, "", "-|1"},
		{"the root itself", `<l><a>1</a>t</l>`, "a:INTEGER value:STRING", format.ReadOptions{Single: true}, "", "1|t"},
		{"ROOT", `<l><m><n:rows xmlns:n="u"><r><a>1</a></r></n:rows></m></l>`, "a:INTEGER", format.ReadOptions{Root: "rows"}, "", "1"},
		{"no ROOT", `<l/>`, "a:INTEGER", format.ReadOptions{Root: "rows"}, "", `E3403: the XML text has no element "rows"`},
		{"nothing", ``, "a:INTEGER", format.ReadOptions{}, "", ""},
		{"no rows", `<?xml version="1.0"?><!-- c --><l/>`, "a:INTEGER", format.ReadOptions{}, "", ""},
		{"where", `<l><r><a>7</a><b>x</b></r><r><a>15</a></r></l>`, "a:INTEGER", format.ReadOptions{}, "b=x", "7"},
		{"wrong end", `<a><b></a>`, "b:STRING", format.ReadOptions{}, "", "E3401: the element b is ended as a at line 1, character 7 of the XML text"},
		{"no end", `<a><r></r>`, "b:STRING", format.ReadOptions{}, "", "E3401: the element a has no end"},
		{"second root", `<a></a><b/>`, "b:STRING", format.ReadOptions{}, "", "E3401: text follows the root element"},
		{"no number", "<a>\n<r><n>12x</n></r></a>", "n:INTEGER", format.ReadOptions{}, "", `E3402: "12x" is no INTEGER (tag n) (row 1)`},
		{"unknown entity", `<a>&b;</a>`, "n:STRING", format.ReadOptions{Single: true}, "", "E3401: the entity"},
		{"unknown prefix", `<a><x:b/></a>`, "n:STRING", format.ReadOptions{}, "", `E3401: the prefix "x" is not declared`},
		{"attribute twice", `<a b="1" b="2"/>`, "n:STRING", format.ReadOptions{}, "", `E3401: the attribute b is there twice`},
		{"many entities", `<!DOCTYPE l [<!ENTITY a "` + strings.Repeat("x", 9999) + `"><!ENTITY b "` + strings.Repeat("&a;", 9999) + `">]><l>&b;</l>`, "", format.ReadOptions{Single: true}, "", "E3406"},
		{"deep", strings.Repeat("<a>", 600), "", format.ReadOptions{}, "", "E3406"},
		{"charset", "<?xml version='1.0' encoding='windows-1251'?><l><r><t>\xea\xee\xf2</t></r></l>", "t:STRING", format.ReadOptions{}, "", "кот"},
		{"UTF-16", "\xff\xfe<\x00l\x00>\x00<\x00r\x00>\x00:\x04<\x00/\x00r\x00>\x00<\x00/\x00l\x00>\x00", "value:STRING", format.ReadOptions{}, "", "к"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			if tt.opts.Where, err = format.ParseWhere(tt.where); err != nil {
				t.Fatal(err)
			}
			rows, err := readAll(tt.doc, columns(t, tt.columns), tt.opts)
			got := dump(rows)
			if err != nil {
				got = err.Error()
				if tt.want == "" || !strings.HasPrefix(got, tt.want) {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			} else if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// A document whose prefixes differ from those of the names asked for.
func TestDocument(t *testing.T) {
	doc, err := Codec{}.Read([]byte(`<s:E xmlns:s="uri:e" v="9"><s:B><x:R xmlns:x="uri:a" id="7"><x:S>ok</x:S></x:R><x:R xmlns:x="uri:a" id="8"/></s:B></s:E>`), format.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	body := doc.Member(doc.Root(), "soap=uri:e:B", false)
	rows := doc.Records(body, "r=uri:a:R", false)
	if len(rows) != 2 {
		t.Fatalf("%d records", len(rows))
	}
	if v, err := doc.Convert(doc.Member(rows[0], "r:S", false), value.ClassString, "S"); err != nil || v.Str() != "ok" {
		t.Error(v.Str(), err)
	}
	if v, err := doc.Convert(doc.Member(rows[1], "id", true), value.ClassInteger, "id"); err != nil || v.Num() != 8 {
		t.Error(v.Num(), err)
	}
	if doc.Member(rows[1], "r:S", false) != nil || doc.Member(rows[1], "id", false) != nil {
		t.Error("a member that is not there")
	}
	if keys := doc.Records(doc.Root(), "soap:B", true); len(keys) != 2 || keys[0].Name != "x:R" {
		t.Error("records by key")
	}
}

// What is read without error is well-formed for the standard reader too (which
// is laxer), and what is written again reads alike.
func FuzzRead(f *testing.F) {
	for _, s := range []string{`<a b="1&lt;"><c/>t<!-- x --><?p q?><![CDATA[<]]></a>`, `<p:a xmlns:p="u" xmlns="v"><b p:c='1'/></p:a>`, `<!DOCTYPE a [<!ENTITY e "f">]><a>&e;&#65;</a>`, "<a>\r\n]]></a>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		root, err := parse(strings.ToValidUTF8(text, ""), format.DefaultDepth)
		var e *value.Error
		if err != nil {
			if !errors.As(err, &e) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		var w, again printer
		w.element(root, nil)
		if err := stdxml.Unmarshal(w.buf, new(struct{})); err != nil {
			t.Fatalf("%s: %v", w.buf, err)
		}
		root, err = parse(string(w.buf), format.DefaultDepth)
		if err != nil {
			t.Fatalf("%s: %v", w.buf, err)
		}
		again.element(root, nil)
		if !bytes.Equal(w.buf, again.buf) {
			t.Fatalf("written twice:\n%q\n%q", w.buf, again.buf)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var doc strings.Builder
	doc.WriteString("<export>")
	for i := range 5000 {
		fmt.Fprintf(&doc, "<value><id>%d</id><name>item %d</name><price>%d.50</price><day>2024-05-06</day></value>", i, i, i)
	}
	doc.WriteString("</export>")
	data := []byte(doc.String())
	cols := columns(b, "id:INTEGER name:STRING[50] price:NUMERIC[10,2] day:DATE")
	b.Run("values", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		row := make([]value.Value, len(cols))
		for b.Loop() {
			r, err := Codec{}.NewReader(data, cols, format.ReadOptions{})
			for ok := err == nil; ok; {
				ok, err = r.Next(row)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/xml tokens", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			d := stdxml.NewDecoder(bytes.NewReader(data))
			for {
				if _, err := d.RawToken(); err != nil {
					break
				}
			}
		}
	})
}
