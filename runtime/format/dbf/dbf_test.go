package dbf

import (
	"bytes"
	"errors"
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

func readAll(data []byte, cols []format.Column, opts format.ReadOptions) ([][]value.Value, error) {
	r, err := Codec{}.NewReader(data, cols, opts)
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

func writeAll(rows [][]value.Value, cols []format.Column, opts format.WriteOptions) ([]byte, error) {
	var b bytes.Buffer
	w, err := Codec{}.NewWriter(&b, cols, opts)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return b.Bytes(), err
}

func recorded(t testing.TB, name string) []byte {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// headDate is the date of the recorded heads.
func headDate() int64 { return value.DayOf(2026, 11, 22) }

const classes = "a:STRING[30] q:INTEGER b:NUMERIC[10,2] l:LONG g:DOUBLE c:BOOLEAN tb:TBOOLEAN da:DATE d:DATETIME t:TIME y:YEAR"

func TestRecordedFiles(t *testing.T) {
	for _, tt := range []struct {
		file, columns string
		rows          int
	}{{"dbf-classes.dbf", classes, 5}, {"dbf-empty.dbf", "a:INTEGER", 0}} {
		data := recorded(t, tt.file)
		cols := columns(t, tt.columns)
		rows, err := readAll(data, cols, format.ReadOptions{})
		if err != nil || len(rows) != tt.rows {
			t.Fatalf("%s: %d rows, %v", tt.file, len(rows), err)
		}
		got, err := writeAll(rows, cols, format.WriteOptions{Today: headDate()})
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %v\n got %q\nwant %q", tt.file, err, got, data)
		}
	}
	rows, _ := readAll(recorded(t, "dbf-classes.dbf"), columns(t, strings.ToUpper(classes)), format.ReadOptions{})
	var cells []string
	for _, v := range rows[0] {
		cells = append(cells, format.ValueText(v))
	}
	if got, want := strings.Join(cells, "|"), "pen;ink|7|-5.00|5000000000|1.5|true|true|2024-05-06|2024-05-06T00:00:00|10:30:00|2024"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWriting(t *testing.T) {
	num := func(s string) value.Value {
		v, _ := value.ParseNumeric(s)
		return v
	}
	for _, tt := range []struct {
		column string
		v      value.Value
		want   string // the field, or the code of the error
	}{
		{"a:NUMERIC[2,1]", num("-1.5"), "E3407"},
		{"a:NUMERIC[2,1]", num("1.5"), "1.5"},
		{"a:NUMERIC[10,2]", num("1.50"), "        1.5"},
		{"a:NUMERIC[10,2]", num("100"), "        100"},
		{"a:DOUBLE", value.Float(2.0006), "        2.001"},
		{"a:STRING[3]", value.String("кот"), "\xea\xee\xf2"},
		{"a:STRING[3]", value.String("коты"), "E3407"},
		{"a:TIME", value.Of(value.Time, 3_600_500_000), "01:00:00"},
		{"a:DATETIME", value.Of(value.DateTime, -1), "19691231"},
		{"a:COLOR", value.Of(value.Color, 0xFF0000), "-65536" + strings.Repeat(" ", 247)},
		{"eleven78901:INTEGER", value.Int(1), "E3407"},
	} {
		data, err := writeAll([][]value.Value{{tt.v}}, columns(t, tt.column), format.WriteOptions{})
		got := ""
		if err != nil {
			got, _, _ = strings.Cut(err.Error(), ":")
		} else {
			got = string(data[2*headSize+2 : len(data)-1])
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.column, got, tt.want)
		}
	}
}

// file makes a file of one field from the texts of its records.
func file(kind byte, width int, records ...string) []byte {
	head := make([]byte, 2*headSize)
	head[0], head[4], head[8], head[10] = 3, byte(len(records)), 2*headSize+1, byte(width+1)
	copy(head[headSize:], "S")
	head[headSize+11], head[headSize+16] = kind, byte(width)
	head = append(head, headEnd)
	for _, r := range records {
		head = append(head, r...)
	}
	return append(head, fileEnd)
}

func TestReading(t *testing.T) {
	memo := make([]byte, 3*memoBlock)
	copy(memo[memoBlock:], "note \xea\x1a\x1a")
	for _, tt := range []struct {
		name, class string
		data        []byte
		where, want string
	}{
		{"deleted", "INTEGER", file('N', 3, "   1", "*  2", "   3"), "", "1 3"},
		{"row numbers", "INTEGER", file('N', 3, "   1", "*  2", "   3"), "@ROW=2", "3"},
		{"comma", "NUMERIC[5,2]", file('N', 4, " 1,50"), "", "1.50"},
		{"stars", "INTEGER", file('N', 3, " ***", " ?  "), "", "- -"},
		{"zeros", "INTEGER", file('N', 4, " 7.00"), "", "7"},
		{"no number", "INTEGER", file('N', 3, " abc"), "", `E3402: "abc" is no INTEGER (row 1, column S)`},
		{"logical", "TBOOLEAN", file('L', 1, " T", " f", " ?"), "", "true false -"},
		{"no date", "DATE", file('D', 8, " 00000000", "         ", " 20240506"), "", "- - 2024-05-06"},
		{"text", "STRING", file('C', 5, "  a\xea  "), "", "aк"},
		{"memo", "STRING", file('M', 10, "          1", "         99", "           "), "", "note к - -"},
		{"cut", "STRING", file('C', 5, "  a", ""), "", "E3401: the file is no DBF file or is damaged: record 1 is cut"},
		{"no file", "STRING", []byte("a;b;c\n1;2;3\nand more text"), "", "E3401: the file is no DBF file"},
	} {
		where, err := format.ParseWhere(tt.where)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := readAll(tt.data, columns(t, "s:"+tt.class), format.ReadOptions{Where: where, Memo: memo})
		var cells []string
		for _, row := range rows {
			if row[0].IsNull() {
				cells = append(cells, "-")
			} else {
				cells = append(cells, format.ValueText(row[0]))
			}
		}
		got := strings.Join(cells, " ")
		if err != nil {
			got = err.Error()
		}
		if got != tt.want && !(err != nil && strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(recorded(f, "dbf-classes.dbf"), []byte{})
	f.Add(recorded(f, "dbf-empty.dbf"), []byte{})
	f.Add(file('M', 10, "          1"), make([]byte, 1024))
	cols := columns(f, "a:STRING q:INTEGER da:DATE")
	f.Fuzz(func(t *testing.T, data, memo []byte) {
		for n := 1; n <= len(cols); n++ {
			rows, err := readAll(data, cols[:n], format.ReadOptions{Memo: memo})
			var e *value.Error
			if err != nil && !errors.As(err, &e) {
				t.Fatalf("error of another kind: %v", err)
			}
			if len(rows) > len(data) {
				t.Fatal("more rows than bytes")
			}
		}
	})
}
