package csv

import (
	"bytes"
	stdcsv "encoding/csv"
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
		name, class, _ := strings.Cut(f, ":")
		c, ok := value.ParseClass(class)
		if !ok {
			t.Fatalf("no class %q", class)
		}
		cs = append(cs, format.Column{Name: name, Class: c})
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

// Recorded files are read into their classes and written again byte for byte.
func TestRecordedFiles(t *testing.T) {
	for _, tt := range []struct {
		file, columns, charset string
		header                 bool
		rows                   int
	}{
		{"csv-basic.csv", "a:STRING[30] b:NUMERIC[10,2] c:BOOLEAN tb:TBOOLEAN d:DATETIME t:TIME g:DOUBLE h:COLOR l:LONG", "", true, 5},
		{"csv-classes.csv", "a:STRING[30] y:YEAR ii:INTERVAL[DATE] idt:INTERVAL[DATETIME] it:INTERVAL[TIME] bp:BPSTRING[6] ul:NUMERIC rt:RICHTEXT z:ZDATETIME f:FILE j:JSON jt:JSONTEXT rf:TEXTFILE", "", false, 1},
		{"csv-empty.csv", "a:INTEGER b:INTEGER", "", true, 0},
		{"csv-bom.csv", "a:STRING", format.UTF8BOM, false, 1},
		{"form-nest-l.csv", "parent:INTEGER lItem:STRING[5] lQty:INTEGER", "", true, 3},
		{"form-nest-o.csv", "oNum:STRING[5] oNote:STRING[10]", "", true, 3},
	} {
		t.Run(tt.file, func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + tt.file)
			if err != nil {
				t.Fatal(err)
			}
			cols := columns(t, tt.columns)
			rows, err := readAll(string(data), cols, format.ReadOptions{Header: tt.header, Charset: tt.charset})
			if err != nil || len(rows) != tt.rows {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			if got := writeAll(t, rows, cols, format.WriteOptions{Header: tt.header, Charset: tt.charset}); got != string(data) {
				t.Errorf("got\n%q\nwant\n%q", got, data)
			}
		})
	}
}

func dump(rows [][]value.Value) string {
	var b strings.Builder
	for _, row := range rows {
		for i, v := range row {
			if i > 0 {
				b.WriteByte('|')
			}
			if v.IsNull() {
				b.WriteByte('-')
			} else {
				b.WriteString(format.ValueText(v))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestReading(t *testing.T) {
	for _, tt := range []struct {
		name, data, columns string
		opts                format.ReadOptions
		where               string
		want                string // rows, or the error's code and a part of its text
	}{
		{"letters", "x;1;first\ny;;second\nz;abc;third\nw;4\n", "C:STRING B:INTEGER A:STRING", format.ReadOptions{}, "", "first|1|x\nsecond|-|y\nthird|-|z\n-|4|w\n"},
		{"letter then next", "x;1;first\ny;;second\n", "B:STRING c:STRING", format.ReadOptions{}, "", "1|first\n-|second\n"},
		{"blank lines", "1;2\n\n\r\n3;4", "a:STRING b:STRING", format.ReadOptions{}, "", "1|2\n3|4\n"},
		{"carriage returns", "1;2\r3;4\r", "a:STRING b:STRING", format.ReadOptions{}, "", "1|2\n3|4\n"},
		{"header, next column", "x;y;z\n1;2;3\n", "y:STRING zzz:STRING", format.ReadOptions{Header: true}, "", "2|3\n"},
		{"header, no column", "x\n1\n", "x:STRING y:STRING", format.ReadOptions{Header: true}, "", `E3403: the file has no column "y"`},
		{"header of nothing", "", "x:STRING", format.ReadOptions{Header: true}, "", `E3403: the file has no column "x"`},
		{"nothing", "", "x:STRING", format.ReadOptions{}, "", ""},
		{"quotes", "\"a;\"\"b\"\"\";\"\"\nx\"y;\"two\nlines\"\n", "a:STRING b:STRING", format.ReadOptions{}, "", "a;\"b\"|-\nx\"y|two\nlines\n"},
		{"quotes are text", "\"a;b\"\n", "a:STRING b:STRING", format.ReadOptions{NoEscape: true}, "", "\"a|b\"\n"},
		{"open quote", "a\n\"b", "a:STRING", format.ReadOptions{}, "", "E3401: the quote at line 2, column 1 is never closed"},
		{"after quote", "\"b\" ;1", "a:STRING", format.ReadOptions{}, "", "E3401: text after a closing quote at line 1, column 4"},
		{"separator of two", "a||b|c\n", "a:STRING b:STRING", format.ReadOptions{Separator: "||"}, "", "a|b|c\n"},
		{"short row", "x;y\n1\n", "x:STRING y:STRING", format.ReadOptions{Header: true}, "", "E3403: row 2 has no column 2"},
		{"no number", "x;y\n1;a\n", "x:STRING y:INTEGER", format.ReadOptions{Header: true}, "", `E3402: "a" is no INTEGER (row 2, column 2)`},
		{"values", "1,5; 7 ;06.05.2024;1;true\n", "a:NUMERIC[5,2] b:INTEGER c:DATE d:BOOLEAN e:BOOLEAN", format.ReadOptions{}, "", "1.50|7|2024-05-06|-|true\n"},
		{"cut", "abcdef\n", "a:STRING[3]", format.ReadOptions{}, "", "abc\n"},
		{"mark", "\xEF\xBB\xBFa\n", "a:STRING", format.ReadOptions{}, "", "a\n"},
		{"CP1251", "\xea\xee\xf2\n", "a:STRING", format.ReadOptions{Charset: "CP1251"}, "", "кот\n"},
		{"CP866", "\xea\xee\xf2\n", "a:STRING", format.ReadOptions{Charset: "CP866"}, "", "ъюЄ\n"},
		{"no charset", "a\n", "a:STRING", format.ReadOptions{Charset: "X-99"}, "", `E3404: there is no charset "X-99"`},
		{"where", "name;qty\na;5\nb;15\nc;25\nd;35\n", "name:STRING qty:INTEGER", format.ReadOptions{Header: true}, "qty > 10 AND qty<30", "b|15\nc|25\n"},
		{"where or", "name;qty\na;5\nb;15\nc;25\nd;35\n", "name:STRING qty:INTEGER", format.ReadOptions{Header: true}, "name=a OR qty>=35", "a|5\nd|35\n"},
		{"where value", "a;2.5\nb;10\n", "a:STRING n:NUMERIC[5,2]", format.ReadOptions{}, "n=2.50", "a|2.50\n"},
		{"where in", "a\nb\nc\n", "a:STRING", format.ReadOptions{}, "NOT a IN (a, b)", "c\n"},
		{"where row", "a\nb\nc\n", "a:STRING", format.ReadOptions{}, "@row>0 AND @ROW<2", "b\n"},
		{"where NULL", "a;\nb;1\n", "a:STRING n:STRING", format.ReadOptions{}, "NOT n=5", "b|1\n"},
		{"where unknown", "a\n", "a:STRING", format.ReadOptions{}, "z=1", `E3405: the WHERE of the IMPORT names "z"`},
		{"limit", "a\nb\nc\n", "a:STRING", format.ReadOptions{Limits: format.Limits{Rows: 2}}, "", "E3406: the file has more rows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			if tt.opts.Where, err = format.ParseWhere(tt.where); err != nil {
				t.Fatal(err)
			}
			rows, err := readAll(tt.data, columns(t, tt.columns), tt.opts)
			got := dump(rows)
			if err != nil {
				got = err.Error()
				if !strings.HasPrefix(got, tt.want) || tt.want == "" {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			} else if got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

func TestWriting(t *testing.T) {
	s := value.String
	for _, tt := range []struct {
		columns string
		opts    format.WriteOptions
		row     []value.Value
		want    string
	}{
		{"a:STRING b:STRING", format.WriteOptions{NoEscape: true}, []value.Value{s("a;b"), s("say \"hi\"")}, "a;b;say \"hi\"\r\n"},
		{"a:STRING b:STRING c:STRING", format.WriteOptions{Separator: "||"}, []value.Value{s("x|y"), {}, s("z")}, "\"x|y\"||||z\r\n"},
		{"a:STRING B:STRING E:STRING", format.WriteOptions{}, []value.Value{s("1"), s("2"), s("5")}, "1;2;;;5\r\n"},
		{"a:STRING a:STRING", format.WriteOptions{Header: true}, []value.Value{s("1"), s("2")}, "a;a_1\r\n1;2\r\n"},
		{"a:STRING", format.WriteOptions{Charset: "cp1251"}, []value.Value{s("кот→")}, "\xea\xee\xf2?\r\n"},
		{"a:STRING", format.WriteOptions{}, []value.Value{{}}, "\r\n"},
	} {
		if got := writeAll(t, [][]value.Value{tt.row}, columns(t, tt.columns), tt.opts); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.columns, got, tt.want)
		}
	}
	if _, err := (Codec{}).NewWriter(io.Discard, columns(t, "B:STRING A:STRING c:STRING"), format.WriteOptions{}); err == nil {
		t.Error("two columns in one position: no error")
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"a;b\n1;2", "\"a\"\"b\";c\r\n", "\"", "a||b\r\r", "\xff;\x00"} {
		f.Add(s, ";", false, true)
	}
	cols := columns(f, "a:STRING b:NUMERIC[5,2]")
	f.Fuzz(func(t *testing.T, data, sep string, noEscape, header bool) {
		rows, err := readAll(data, cols, format.ReadOptions{Header: header, Separator: sep, NoEscape: noEscape})
		var e *value.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("error of another kind: %v", err)
		}
		if len(rows) > len(data) {
			t.Fatal("more rows than bytes")
		}
	})
}

// Texts that are written come back when they are read.
func FuzzRoundTrip(f *testing.F) {
	f.Add("a", "b;\"\n")
	cols := columns(f, "a:STRING b:STRING")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(strings.ReplaceAll(a, "\x00", ""), ""), strings.ToValidUTF8(strings.ReplaceAll(b, "\x00", ""), "")
		if strings.HasPrefix(a, "\uFEFF") {
			return
		}
		out := writeAll(t, [][]value.Value{{value.String(a), value.String(b)}}, cols, format.WriteOptions{})
		rows, err := readAll(out, cols, format.ReadOptions{})
		if err != nil || len(rows) != 1 || format.ValueText(rows[0][0]) != a || format.ValueText(rows[0][1]) != b {
			t.Fatalf("%q → %v, %v", out, rows, err)
		}
	})
}

func sample(rows int) string {
	var b strings.Builder
	b.WriteString("id;name;qty;price;day\r\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d;item %d;%d;%d.%02d;2024-05-%02d\r\n", i, i, i%100, i%1000, i%100, i%28+1)
	}
	return b.String()
}

const sampleColumns = "id:INTEGER name:STRING[50] qty:INTEGER price:NUMERIC[10,2] day:DATE"

func BenchmarkRead(b *testing.B) {
	data := []byte(sample(20000))
	cols := columns(b, sampleColumns)
	b.Run("values", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		row := make([]value.Value, len(cols))
		for b.Loop() {
			r, err := Codec{}.NewReader(data, cols, format.ReadOptions{Header: true})
			for ok := err == nil; ok; {
				ok, err = r.Next(row)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/csv parse only", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			r := stdcsv.NewReader(bytes.NewReader(data))
			r.Comma, r.ReuseRecord = ';', true
			for {
				if _, err := r.Read(); err != nil {
					break
				}
			}
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	text := sample(20000)
	cols := columns(b, sampleColumns)
	rows, err := readAll(text, cols, format.ReadOptions{Header: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("values", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			w, _ := Codec{}.NewWriter(io.Discard, cols, format.WriteOptions{Header: true})
			for _, row := range rows {
				w.Write(row)
			}
			w.Close()
		}
	})
	b.Run("encoding/csv", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		texts := make([][]string, len(rows))
		for i, row := range rows {
			for _, v := range row {
				texts[i] = append(texts[i], format.ValueText(v))
			}
		}
		for b.Loop() {
			w := stdcsv.NewWriter(io.Discard)
			w.Comma, w.UseCRLF = ';', true
			for _, r := range texts {
				w.Write(r)
			}
			w.Flush()
		}
	})
}
