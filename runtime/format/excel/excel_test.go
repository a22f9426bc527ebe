package excel

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

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

func writeAll(c Codec, rows [][]value.Value, cols []format.Column, opts format.WriteOptions) ([]byte, error) {
	var b bytes.Buffer
	w, err := c.NewWriter(&b, cols, opts)
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

func recorded(t testing.TB, name string) []byte {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const (
	classes = "a:STRING[30] q:INTEGER b:NUMERIC[10,2] l:LONG g:DOUBLE c:BOOLEAN tb:TBOOLEAN da:DATE d:DATETIME t:TIME z:ZDATETIME y:YEAR h:COLOR"
	content = "pen;ink|7|5.00|5000000000|1.5|true|true|2024-05-06|2024-05-06T07:08:09|10:30:00|2026-08-17T09:34:56Z|2024|-65536\n" +
		"007|-|-|-|-|-|false|-|-|-|-|-|-\n-|-|-|-|-|-|-|-|-|-|-|-|-\n=1+1|-|-|-|-|-|-|-|-|-|-|-|-\nx\ny|-|-|-|-|-|-|-|-|-|-|-|-"
)

// The recorded workbooks, and what is written from them, read as the same rows.
func TestRecordedFiles(t *testing.T) {
	for _, file := range []string{"xlsx-classes.xlsx", "xls-classes.xls"} {
		cols := columns(t, classes)
		rows, err := readAll(recorded(t, file), cols, format.ReadOptions{Header: true})
		if err != nil || dump(rows) != content {
			t.Fatalf("%s: %v\n%s", file, err, dump(rows))
		}
		rows[2][0] = value.String("") // an empty text is a cell that reads as NULL
		for _, old := range []bool{false, true} {
			for _, header := range []bool{false, true} {
				data, err := writeAll(Codec{Old: old}, rows, cols, format.WriteOptions{Header: header, Sheet: strings.Repeat("лист", 9)})
				if err != nil {
					t.Fatal(err)
				}
				if isZip := data[0] == 'P'; isZip == old {
					t.Errorf("XLS %v was written as %q", old, data[:2])
				}
				again, err := readAll(data, cols, format.ReadOptions{Header: header})
				if err != nil || dump(again) != content {
					t.Errorf("%s, XLS %v, header %v: %v\n%s", file, old, header, err, dump(again))
				}
			}
		}
	}
}

func TestConversions(t *testing.T) {
	number := func(f float64) cell { return cell{kind: numberCell, number: f} }
	date := func(f float64) cell { return cell{kind: dateCell, number: f} }
	text := func(s string) cell { return cell{kind: textCell, text: s} }
	yes := cell{kind: boolCell, number: 1}
	for _, tt := range []struct {
		c           cell
		class, want string
	}{
		{number(12.5), "STRING", "12.5"}, {number(3), "STRING", "3"}, {number(1e20), "STRING", "100000000000000000000"}, {yes, "STRING", "TRUE"},
		{date(45418), "STRING", "2024-05-06"}, {number(12.9), "INTEGER", "12"}, {number(-12.9), "INTEGER", "-12"}, {number(1e12), "INTEGER", "2147483647"},
		{number(1e30), "LONG", "9223372036854775807"}, {number(1.005), "NUMERIC[10,2]", "1.01"}, {text("1,5"), "NUMERIC[10,2]", "1.50"},
		{number(45418), "DATE", "2024-05-06"}, {text("06.05.2024"), "DATE", "2024-05-06"}, {number(45418.5), "DATETIME", "2024-05-06T12:00:00"},
		{number(0.75), "TIME", "18:00:00"}, {yes, "BOOLEAN", "true"}, {text("true"), "BOOLEAN", "true"}, {number(1), "BOOLEAN", ""},
		{text(""), "STRING", ""}, {yes, "INTEGER", "E3402"}, {text("x"), "INTEGER", "E3402"}, {number(-1), "DATE", "E3402"}, {cell{}, "INTEGER", ""},
		{number(1), "DATE", "1900-01-01"}, {number(61), "DATE", "1900-03-01"},
	} {
		class, _ := value.ParseClass(tt.class)
		v, err := convert(tt.c, class, false)
		got := format.ValueText(v)
		if err != nil {
			got, _, _ = strings.Cut(err.Error(), ":")
		}
		if got != tt.want {
			t.Errorf("%v as %s: got %q, want %q", tt.c, tt.class, got, tt.want)
		}
	}
	if v, err := convert(date(0), value.ClassDate, true); err != nil || format.ValueText(v) != "1904-01-01" {
		t.Error(format.ValueText(v), err)
	}
}

func TestDateFormats(t *testing.T) {
	for code, want := range map[string]bool{
		"M/d/yy": true, "h:mm:ss a": true, "General": false, "0.00": false, "#,##0 \"days\"": false, "[Red]0": false, "[hh]:mm": true, "0;d": false, "yyyy\\-mm": true,
	} {
		if isDateFormat(164, code) != want {
			t.Errorf("%s: %v", code, !want)
		}
	}
	if !isDateFormat(14, "") || isDateFormat(2, "") {
		t.Error("built-in formats")
	}
}

// workbook makes an XLSX file from the rows of its sheets.
func workbook(sheets ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name, text string) {
		w, _ := z.Create(name)
		io.WriteString(w, text)
	}
	var list, rels strings.Builder
	for i, rows := range sheets {
		fmt.Fprintf(&list, `<sheet name="s%d" sheetId="%d" r:id="r%d"/>`, i, i+1, i)
		fmt.Fprintf(&rels, `<Relationship Id="r%d" Type="http://x/worksheet" Target="/xl/s%d.xml"/>`, i, i)
		add(fmt.Sprintf("xl/s%d.xml", i), `<worksheet><sheetData>`+rows+`</sheetData></worksheet>`)
	}
	add("xl/workbook.xml", `<workbook xmlns:r="http://r"><sheets>`+list.String()+`</sheets></workbook>`)
	add("xl/_rels/workbook.xml.rels", `<Relationships>`+rels.String()+`<Relationship Id="q" Type="http://x/sharedStrings" Target="strings.xml"/></Relationships>`)
	add("xl/strings.xml", `<sst><si><r><t>ri</t></r><r><t xml:space="preserve">ch </t></r><rPh><t>no</t></rPh></si></sst>`)
	z.Close()
	return b.Bytes()
}

func TestReading(t *testing.T) {
	const first = `<row r="1"><c r="A1" t="str"><v>n</v></c><c r="B1" t="inlineStr"><is><t>k</t></is></c></row>` +
		`<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>7</v></c></row><row r="4"/><row r="5"><c r="B5" t="e"><v>#N/A</v></c></row><row r="6"><c r="B6" t="str"><v>zz</v></c></row>`
	const second = `<row><c><v>1</v></c><c><v>2</v></c></row><row><c t="str"><v>_x0041_b</v></c><c><v>7</v></c></row>`
	file := workbook(first, second)
	for _, tt := range []struct {
		name, columns string
		opts          format.ReadOptions
		where, want   string
	}{
		{"letters", "A:STRING B:INTEGER", format.ReadOptions{}, "", "n|-\nrich |7\n-|-\n-|-\n-|-"},
		{"header", "k:STRING n:STRING", format.ReadOptions{Header: true}, "@ROW<2", "7|rich \n-|-"},
		{"error of a cell", "k:INTEGER", format.ReadOptions{Header: true}, "", `E3402: "zz" is no INTEGER (row 6, column 2)`},
		{"second sheet", "A:STRING B:INTEGER", format.ReadOptions{Sheet: 2}, "", "1|2\nAb|7"},
		{"all sheets", "B:INTEGER", format.ReadOptions{Sheet: format.SheetAll}, "B=7", "7\n7"},
		{"row numbers", "B:INTEGER", format.ReadOptions{}, "@ROW=1", "7"},
		{"no sheet", "B:INTEGER", format.ReadOptions{Sheet: 3}, "", "E3403: the workbook has 2 sheets, no sheet 3"},
		{"limit", "B:INTEGER", format.ReadOptions{Limits: format.Limits{Rows: 2}}, "", "E3406"},
		{"unpacked", "B:INTEGER", format.ReadOptions{Limits: format.Limits{Bytes: 100}}, "", "E3406"},
	} {
		var err error
		if tt.opts.Where, err = format.ParseWhere(tt.where); err != nil {
			t.Fatal(err)
		}
		rows, err := readAll(file, columns(t, tt.columns), tt.opts)
		got := dump(rows)
		if err != nil {
			got = err.Error()
		}
		if got != tt.want && !(err != nil && strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// Formulas that are stored without their values are computed.
func TestFormulas(t *testing.T) {
	f := excelize.NewFile()
	f.SetCellValue("Sheet1", "A1", 5)
	f.SetCellFormula("Sheet1", "B1", "A1+2*3")
	f.SetCellFormula("Sheet1", "C1", `UPPER("x")&A1`)
	f.SetCellFormula("Sheet1", "D1", "A1>3")
	f.SetCellFormula("Sheet1", "E1", "NOSUCH(1)")
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := readAll(b.Bytes(), columns(t, "a:INTEGER b:INTEGER c:STRING d:BOOLEAN e:STRING"), format.ReadOptions{})
	if err != nil || dump(rows) != "5|11|X5|true|-" {
		t.Error(dump(rows), err)
	}
}

// Many long texts need continued records and a large table of sectors.
func TestLargeXLS(t *testing.T) {
	cols := columns(t, "A:STRING B:INTEGER")
	var rows [][]value.Value
	for i := range 24000 {
		rows = append(rows, []value.Value{value.String(strings.Repeat("ж😀a", 1+i%60) + fmt.Sprint(i)), value.Int(int32(i))})
	}
	data, err := writeAll(Codec{Old: true}, rows, cols, format.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := readAll(data, cols, format.ReadOptions{})
	if err != nil || dump(again) != dump(rows) {
		t.Fatalf("%d rows of %d came back, %v", len(again), len(rows), err)
	}
	if len(data)/sectorSize < headFATs*128 {
		t.Fatalf("%d bytes do not need more tables than the head holds", len(data))
	}
}

func TestLimits(t *testing.T) {
	cols := columns(t, "a:STRING")
	long := [][]value.Value{{value.String(strings.Repeat("a", maxCellText+1))}}
	for _, c := range []Codec{{}, {Old: true}} {
		if _, err := writeAll(c, long, cols, format.WriteOptions{}); err == nil {
			t.Error("a text that is too long: no error")
		}
	}
	s := newXLS("s")
	s.rows = xlsRows
	if err := s.row(nil, nil); err == nil {
		t.Error("too many rows: no error")
	}
}

func FuzzReader(f *testing.F) {
	f.Add(recorded(f, "xls-classes.xls"))
	f.Add(recorded(f, "xlsx-classes.xlsx"))
	f.Add(workbook(`<row><c><v>1</v></c></row>`))
	small, err := writeAll(Codec{Old: true}, [][]value.Value{{value.String("ж")}}, columns(f, "a:STRING"), format.WriteOptions{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	cols := columns(f, "a:STRING q:INTEGER b:DATE")
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := readAll(data, cols, format.ReadOptions{Limits: format.Limits{Bytes: 1 << 20, Rows: 1000}})
		var e *value.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("error of another kind: %v", err)
		}
	})
}
