package files_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/golsf/golsf/internal/capture"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/files"
	"github.com/golsf/golsf/runtime/value"
)

func file(class value.Name, content, ext, name string) value.Value {
	return value.FileOf(class, &value.FileData{Bytes: []byte(content), Ext: ext, Name: name})
}

func TestWriteAddsAnExtension(t *testing.T) {
	for _, tt := range []struct {
		path string
		v    value.Value
		want string
	}{
		{"report", file(value.NameCSVFile, "a;1", "", ""), "report.csv"},
		{"plain.txt", file(value.NameRawFile, "x", "", ""), "plain.txt"},
		{"plain", file(value.NameRawFile, "x", "", ""), "plain"},
		{"one.table", file(value.NameTableFile, "x", "", ""), "one.table.table"},
		{"out.dbf", file(value.NameFile, "x", "json", ""), "out.dbf"},
		{"v1.2", file(value.NameJSONFile, "{}", "", ""), "v1.2.json"},
		{"a.html", file(value.NameXMLFile, "<a/>", "", ""), "a.html"},
		{"book", file(value.NameExcelFile, "PK\x03\x04", "", ""), "book.xlsx"},
		{"file://j", value.JSONText(value.NameJSON, "{}"), "j.json"},
		{"./", file(value.NameNamedFile, "x", "csv", "list"), "list.csv"},
	} {
		dir := t.TempDir()
		s := &files.System{Dir: dir}
		got, err := s.Write(tt.path, tt.v, false)
		if err != nil || got != filepath.Join(dir, tt.want) {
			t.Errorf("%s: %s, %v; want %s", tt.path, got, err, tt.want)
		}
	}
}

func TestReadAndWrite(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	s := &files.System{Dir: dir, MaxRead: 100}
	for i, add := range []bool{true, true, false} {
		if _, err := s.Write("log", file(value.NameTextFile, fmt.Sprintln("line", i), "", ""), add); err != nil {
			t.Fatal(err)
		}
		f, err := s.Read(ctx, "file:log.txt")
		if err != nil || f.Ext != "txt" || f.Name != "log" || string(f.Bytes) != []string{"line 0\n", "line 0\nline 1\n", "line 2\n"}[i] {
			t.Errorf("%d: %+v %v", i, f, err)
		}
	}
	if err := s.AppendText("log.txt", "é", "windows-1252"); err != nil {
		t.Error(err)
	}
	os.WriteFile(filepath.Join(dir, "big"), make([]byte, 101), 0o600)
	for want, err := range map[string]error{
		"File not found: no.txt":     second(s.Read(ctx, "no.txt")),
		"READ ftp is not supported":  second(s.Read(ctx, "ftp://u:p@h/x")),
		"larger than the limit":      second(s.Read(ctx, "big")),
		"is incorrect or not found":  second(s.Write("no/such/x.txt", file(value.NameRawFile, "", "", ""), false)),
		"csv, txt and xlsx, not for": second(s.Write("big", file(value.NameRawFile, "", "", ""), true)),
		"takes a file":               second(s.Write("x", value.Int(1), false)),
	} {
		if e, ok := err.(*value.Error); !ok || !strings.Contains(e.Message, want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAppendSheets(t *testing.T) {
	book := func(sheet string, cells map[string]any) value.Value {
		f := excelize.NewFile()
		defer f.Close()
		f.SetSheetName("Sheet1", sheet)
		for at, v := range cells {
			if err := f.SetCellValue(sheet, at, v); err != nil {
				t.Fatal(err)
			}
		}
		b, err := f.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		return file(value.NameExcelFile, b.String(), "", "")
	}
	s := &files.System{Dir: t.TempDir()}
	for _, v := range []value.Value{book("Data", map[string]any{"A1": "one"}), book("Data", map[string]any{"A1": 1.5, "B2": "007", "C1": true, "D1": time.Date(2024, 5, 6, 0, 0, 0, 0, time.UTC)}), book("Other", nil)} {
		if _, err := s.Write("book", v, true); err != nil {
			t.Fatal(err)
		}
	}
	f, err := s.Read(context.Background(), "book.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(bytes.NewReader(f.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	got := x.GetSheetList()
	for _, at := range []string{"A1", "B2", "C1", "D1"} {
		v, err := x.GetCellValue("Data(1)", at)
		if err != nil {
			t.Fatal(err)
		}
		kind, _ := x.GetCellType("Data(1)", at)
		got = append(got, fmt.Sprint(v, " ", kind == excelize.CellTypeSharedString))
	}
	if d := cmp.Diff([]string{"Data", "Data(1)", "Other", "1.5 false", "007 true", "TRUE false", "05-06-24 false"}, got); d != "" {
		t.Error(d)
	}
}

func second[T any](_ T, err error) error { return err }

func TestReadURL(t *testing.T) {
	c, err := capture.Load("http", "read-url")
	if err != nil {
		t.Fatal(err)
	}
	srv, err := c.Serve()
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	s, ctx := new(files.System), context.Background()
	f, err := s.Read(ctx, "http://"+srv.Host()+"/docs/place.json")
	if err != nil || f.Ext != "json" || f.Name != "place" || string(f.Bytes) != `{"town":"Brest"}` {
		t.Errorf("%+v %v", f, err)
	}
	if _, err := s.Read(ctx, "http://"+srv.Host()+"/none.json"); err == nil || !strings.HasSuffix(err.Error(), "http://"+srv.Host()+"/none.json") {
		t.Error(err)
	}
	for i, r := range srv.Requests() {
		if d := cmp.Diff(capture.Normalize(c.Exchanges[i].Request, ""), capture.Normalize(r, srv.Host())); d != "" {
			t.Error(d)
		}
	}
}

func TestReadURLWithPassword(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != "me" || p != "s3cret" {
			w.WriteHeader(403)
			return
		}
		fmt.Fprint(w, r.URL.Path)
	}))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	s, ctx := new(files.System), context.Background()
	if f, err := s.Read(ctx, "http://me:s3cret@"+host+"/отчёт 1.CSV"); err != nil || string(f.Bytes) != "/отчёт 1.CSV" || f.Ext != "csv" {
		t.Errorf("%+v %v", f, err)
	}
	if _, err := s.Read(ctx, "http://me:wrong-one@"+host+"/x"); err == nil || strings.Contains(err.Error(), "wrong-one") || !strings.Contains(err.Error(), "403") {
		t.Error(err)
	}
}

func TestFolders(t *testing.T) {
	s, ctx := &files.System{Dir: t.TempDir()}, context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	must(s.Mkdir("box/sub"))
	must(s.Mkdir("box"))
	for name, content := range map[string]string{"box/b.txt": "12345\n", "box/a.txt": "1\n", "box/sub/c.txt": "x\n"} {
		must(second(s.Write(name, file(value.NameTextFile, content, "", ""), false)))
	}
	list := func(recursive bool) string {
		entries, err := s.List("box", recursive)
		must(err)
		var out []string
		for _, e := range entries {
			if e.IsDir {
				e.Size = -1
			}
			out = append(out, fmt.Sprint(e.Name, " ", e.Size))
		}
		return strings.Join(out, ", ")
	}
	if got := list(false); got != "a.txt 2, b.txt 6, sub -1" {
		t.Error(got)
	}
	must(s.Copy(ctx, "box/a.txt", "box/z.txt"))
	must(s.Move(ctx, "box/b.txt", "box/sub/b.txt"))
	if got := list(true); got != "a.txt 2, sub -1, sub/b.txt 6, sub/c.txt 2, z.txt 2" {
		t.Error(got)
	}
	if n, err := s.Size("box/sub/b.txt"); n != 6 || err != nil {
		t.Error(n, err)
	}
	must(s.Delete("box/z.txt"))
	must(s.Delete("box/sub"))
	if there, err := s.Exists("box/sub"); there || err != nil {
		t.Error(there, err)
	}
	for _, err := range []error{s.Delete("box/z.txt"), s.Copy(ctx, "box", "y"), s.Copy(ctx, "no", "y"), s.Move(ctx, "box/a.txt", "box"), s.Delete("/"),
		s.Copy(ctx, "box/a.txt", "box/../box/a.txt"), second(s.List("no", false)), second(s.Size("no"))} {
		if e, ok := err.(*value.Error); !ok || e.Code != connect.CodeFile {
			t.Errorf("got %v", err)
		}
	}
}

func TestZip(t *testing.T) {
	in := []files.ZipEntry{{Name: "a.txt", Bytes: []byte("first")}, {Name: "dir/b.csv", Bytes: []byte("1;2")}, {Name: "x/a.txt", Bytes: []byte("again")}, {Name: "../evil", Bytes: []byte("no")}}
	data, err := files.Zip(in, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := files.Unzip(data, 0)
	want := []files.ZipEntry{{Name: "a.txt", Bytes: []byte("first")}, {Name: "b.csv", Bytes: []byte("1;2")}, {Name: "a_1.txt", Bytes: []byte("again")}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
	if _, err := files.Unzip(data, 6); err == nil {
		t.Error("no limit")
	}
	if again, _ := files.Zip(in, time.Time{}); string(again) != string(data) {
		t.Error("equal entries give different archives")
	}
}

func FuzzUnzip(f *testing.F) {
	data, err := files.Zip([]files.ZipEntry{{Name: "a/ё.txt", Bytes: []byte("first")}}, time.Time{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, _ := files.Unzip(data, 1<<20)
		for _, e := range entries {
			if strings.Contains(e.Name, "/") {
				t.Errorf("name %q", e.Name)
			}
		}
	})
}

func TestOpen(t *testing.T) {
	path, err := files.Open(file(value.NameFile, "x", "csv", ""), "../../me")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(filepath.Dir(path))
	if b, err := os.ReadFile(path); err != nil || string(b) != "x" || filepath.Base(path) != "....me.csv" {
		t.Error(path, err)
	}
}
