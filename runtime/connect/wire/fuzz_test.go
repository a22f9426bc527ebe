package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// FuzzDecode reads any body under any header without a panic, and what Encode
// has written comes back.
func FuzzDecode(f *testing.F) {
	f.Add("multipart/form-data; boundary=B", "attachment; filename=x.csv", []byte("--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B--\r\n"))
	f.Add("multipart/mixed", "", []byte("--B\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--B--"))
	f.Add("application/x-www-form-urlencoded; charset=cp1251", "", []byte("a=%C6&b;c=+%"))
	f.Add("text/plain; charset=utf-16", "filename*=UTF-8''%D0", []byte{0xff, 0xfe, 1})
	f.Fuzz(func(t *testing.T, contentType, disposition string, body []byte) {
		items, err := wire.Decode(wire.Head{ContentType: contentType, Disposition: disposition, URLName: "x"}, body)
		if err != nil {
			return
		}
		for _, it := range items {
			for _, c := range []value.Class{value.ClassString, value.ClassInteger, value.ClassFile, value.ClassJSON, value.ClassDate} {
				it.Value(c)
			}
		}
	})
}

// FuzzRoundTrip sends two parts and reads them back.
func FuzzRoundTrip(f *testing.F) {
	f.Add("text", []byte("--x--\r\n"), "имя")
	f.Fuzz(func(t *testing.T, text string, content []byte, fileName string) {
		parts := []wire.Part{
			{Value: value.FileOf(value.NameFile, &value.FileData{Bytes: content, Ext: "csv"})},
			{Value: value.FileOf(value.NameTextFile, &value.FileData{Bytes: []byte(text)})},
		}
		body, err := wire.Encode(parts, wire.EncodeOptions{Named: "multipart/form-data"})
		if err != nil {
			t.Fatal(err)
		}
		items, err := wire.Decode(wire.Head{ContentType: body.Type}, body.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, it := range items {
			got = append(got, it.Name, it.Ext, string(it.Bytes))
		}
		if d := cmp.Diff([]string{"param0", "csv", string(content), "param1", "txt", text}, got); d != "" {
			t.Error(d)
		}
	})
}

func TestFormEncoding(t *testing.T) {
	for _, tt := range []struct{ text, charset, form, literal string }{
		{"a b+c~é", "", "a+b%2Bc%7E%C3%A9", "a%20b+c~%C3%A9"},
		{"Ж%#", "windows-1251", "%C6%25%23", "%C6%25%23"},
		{"я", "iso-8859-1", "%3F", "%3F"},
	} {
		form, err := wire.EncodeForm(tt.text, tt.charset)
		if err != nil || form != tt.form {
			t.Errorf("EncodeForm(%q) = %q, %v", tt.text, form, err)
		}
		if lit, err := wire.EncodeLiteral(tt.text, tt.charset); err != nil || lit != tt.literal {
			t.Errorf("EncodeLiteral(%q) = %q, %v", tt.text, lit, err)
		}
		if back, err := wire.DecodeForm(form, tt.charset); err != nil || tt.charset != "iso-8859-1" && back != tt.text {
			t.Errorf("DecodeForm(%q) = %q, %v", form, back, err)
		}
	}
}

func TestContentTypes(t *testing.T) {
	for ext, want := range map[string]string{
		"json": "application/json", "JSON": "application/json", "xml": "application/xml", "xls": "application/vnd.ms-excel", "rtf": "text/rtf",
		"zip": "application/zip", "gz": "application/x-gzip", "js": "application/x-javascript", "abc": "application/abc", "": "application/octet-stream",
	} {
		if got := wire.TypeOfExt(ext); got != want {
			t.Errorf("TypeOfExt(%q) = %q, want %q", ext, got, want)
		}
	}
	for typ, want := range map[string]string{
		"text/json": "json", "application/excel": "xls", "image/jpeg": "jpg", "text/plain": "", "video/mp4": "", "application/vnd.x+json": "vnd",
		"APPLICATION/JSON": "", "application/abc": "abc", "application/octet-stream": "bin", "application/null": "null",
	} {
		if got := wire.ExtOfType(typ); got != want {
			t.Errorf("ExtOfType(%q) = %q, want %q", typ, got, want)
		}
	}
	const typ = `multipart/related; boundary=abc; type="text/xml"; x="a\"b"`
	if got := wire.ParseContentType(typ).String(); got != typ {
		t.Errorf("got %s", got)
	}
}
