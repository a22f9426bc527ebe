package excel

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/format/xml"
)

// maxUnpacked bounds a part of a workbook when no limit is given.
const maxUnpacked = 1 << 30

// xlsx is an open XLSX workbook.
type xlsx struct {
	data     []byte
	parts    map[string]*zip.File
	limit    int64
	names    []string // of sheets
	targets  []string // their parts
	strings  []string
	dates    []bool // by cell style
	from1904 bool
	engine   *excelize.File // to compute formulas stored without a value; opened when needed
}

func openXLSX(data []byte, limits format.Limits) (*xlsx, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, malformed("it is no zip file")
	}
	b := &xlsx{data: data, parts: map[string]*zip.File{}, limit: limits.Bytes}
	if b.limit <= 0 {
		b.limit = maxUnpacked
	}
	for _, f := range z.File {
		b.parts[strings.TrimPrefix(strings.ReplaceAll(f.Name, "\\", "/"), "/")] = f
	}
	main := "xl/workbook.xml"
	rels, err := b.relations("_rels/.rels", "")
	if err != nil {
		return nil, err
	}
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/officeDocument") {
			main = r.target
		}
	}
	if err := b.workbook(main); err != nil {
		return nil, err
	}
	return b, nil
}

// part is the text of a part; ok is false when the file lacks it.
func (b *xlsx) part(name string) (text string, ok bool, err error) {
	f := b.parts[name]
	if f == nil {
		return "", false, nil
	}
	r, err := f.Open()
	if err != nil {
		return "", false, malformed("the part " + name + " is damaged")
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, b.limit+1))
	if err != nil {
		return "", false, malformed("the part " + name + " is damaged")
	}
	if err := (format.Limits{Bytes: b.limit}).CheckSize(len(raw)); err != nil {
		return "", false, err
	}
	return format.Charset{}.Decode(raw), true, nil
}

// each calls visit for the elements that path leads to in a part.
func (b *xlsx) each(part string, visit func(n *format.Node) error, path ...string) error {
	text, ok, err := b.part(part)
	if !ok || err != nil {
		return err
	}
	es, err := xml.NewElements(text, path...)
	if err != nil {
		return err
	}
	for {
		n, err := es.Next()
		if n == nil || err != nil {
			return err
		}
		if err := visit(n); err != nil {
			return err
		}
	}
}

type relation struct{ id, kind, target string }

func (b *xlsx) relations(part, folder string) (rels []relation, err error) {
	err = b.each(part, func(n *format.Node) error {
		var r relation
		r.id, _ = xml.Attribute(n, "Id")
		r.kind, _ = xml.Attribute(n, "Type")
		r.target, _ = xml.Attribute(n, "Target")
		if strings.HasPrefix(r.target, "/") {
			r.target = r.target[1:]
		} else {
			r.target = path.Join(folder, r.target)
		}
		rels = append(rels, r)
		return nil
	}, "Relationships")
	return rels, err
}

// workbook reads the list of sheets, the styles and the shared texts.
func (b *xlsx) workbook(main string) error {
	folder := path.Dir(main)
	rels, err := b.relations(path.Join(folder, "_rels", path.Base(main)+".rels"), folder)
	if err != nil {
		return err
	}
	if b.parts[main] == nil {
		return malformed("it has no part " + main)
	}
	err = b.each(main, func(n *format.Node) error {
		switch xml.LocalName(n) {
		case "workbookPr":
			v, _ := xml.Attribute(n, "date1904")
			b.from1904 = v == "1" || v == "true"
		case "sheets":
			for i := range n.Items {
				if s := &n.Items[i]; xml.IsElement(s) {
					b.addSheet(s, rels)
				}
			}
		}
		return nil
	}, "workbook")
	if err != nil {
		return err
	}
	for _, r := range rels {
		switch {
		case strings.HasSuffix(r.kind, "/styles"):
			err = b.styles(r.target)
		case strings.HasSuffix(r.kind, "/sharedStrings"):
			err = b.each(r.target, func(n *format.Node) error {
				b.strings = append(b.strings, richText(n))
				return nil
			}, "sst")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *xlsx) addSheet(s *format.Node, rels []relation) {
	name, _ := xml.Attribute(s, "name")
	for i := range s.Items {
		if a := &s.Items[i]; a.Attr && a.Name != "id" && xml.LocalName(a) == "id" {
			for _, r := range rels {
				if r.id == a.Text && strings.HasSuffix(r.kind, "/worksheet") {
					b.names = append(b.names, name)
					b.targets = append(b.targets, r.target)
				}
			}
		}
	}
}

// styles finds the cell styles that show dates.
func (b *xlsx) styles(part string) error {
	codes := map[int]string{}
	number := func(n *format.Node, name string) int {
		text, _ := xml.Attribute(n, name)
		i, _ := strconv.Atoi(text)
		return i
	}
	return b.each(part, func(n *format.Node) error {
		for i := range n.Items {
			s := &n.Items[i]
			if !xml.IsElement(s) {
				continue
			}
			switch id := number(s, "numFmtId"); xml.LocalName(n) {
			case "numFmts":
				codes[id], _ = xml.Attribute(s, "formatCode")
			case "cellXfs":
				b.dates = append(b.dates, isDateFormat(id, codes[id]))
			}
		}
		return nil
	}, "styleSheet")
}

// richText is the text of a shared or inline string without its phonetics.
func richText(n *format.Node) string {
	var text strings.Builder
	for i := range n.Items {
		c := &n.Items[i]
		if !xml.IsElement(c) {
			continue
		}
		switch xml.LocalName(c) {
		case "t":
			text.WriteString(xml.OwnText(c))
		case "r":
			if t := xml.Child(c, "t"); t != nil {
				text.WriteString(xml.OwnText(t))
			}
		}
	}
	return unescape(text.String())
}

// unescape decodes characters written as _x000D_.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var out strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || i+7 > len(s) {
			out.WriteString(s)
			return out.String()
		}
		n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil || s[i+6] != '_' || utf16.IsSurrogate(rune(n)) {
			out.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		out.WriteString(s[:i])
		out.WriteRune(rune(n))
		s = s[i+7:]
	}
}

func (b *xlsx) sheets() int  { return len(b.targets) }
func (b *xlsx) is1904() bool { return b.from1904 }

func (b *xlsx) sheet(i int) (rowSource, error) {
	text, ok, err := b.part(b.targets[i])
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, malformed("the sheet " + format.Quoted(b.names[i]) + " is missing")
	}
	rows, err := xml.NewElements(text, "worksheet", "sheetData")
	return &xlsxRows{book: b, name: b.names[i], rows: rows}, err
}

type xlsxRows struct {
	book *xlsx
	name string
	rows *xml.Elements
	last int // number of the row before, from 1
	row  sheetRow
}

func (r *xlsxRows) next() (*sheetRow, error) {
	n, err := r.rows.Next()
	if n == nil || err != nil {
		return nil, err
	}
	number := r.last + 1
	if text, ok := xml.Attribute(n, "r"); ok {
		if number, err = strconv.Atoi(text); err != nil || number < 1 || number > maxRows {
			return nil, malformed("a row has the number " + format.Quoted(text))
		}
	}
	r.last = number
	r.row.index = number - 1
	r.row.cells = r.row.cells[:0]
	for i := range n.Items {
		c := &n.Items[i]
		if !xml.IsElement(c) {
			continue
		}
		at := len(r.row.cells)
		if ref, ok := xml.Attribute(c, "r"); ok {
			if at, ok = columnOf(ref); !ok {
				return nil, malformed("a cell has the place " + format.Quoted(ref))
			}
		}
		for len(r.row.cells) <= at {
			r.row.cells = append(r.row.cells, cell{})
		}
		if r.row.cells[at], err = r.cell(c, at); err != nil {
			return nil, err
		}
	}
	return &r.row, nil
}

// Bounds of a sheet.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// columnOf is the column, from 0, of a reference such as AB12.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := 0; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		if n = n*26 + int(ref[i]-'A') + 1; n > maxColumns {
			return 0, false
		}
	}
	return n - 1, n > 0
}

func (r *xlsxRows) cell(n *format.Node, column int) (cell, error) {
	kind, _ := xml.Attribute(n, "t")
	v := xml.Child(n, "v")
	if v == nil {
		if is := xml.Child(n, "is"); is != nil {
			return cell{kind: textCell, text: richText(is)}, nil
		}
		if xml.Child(n, "f") != nil {
			return r.formula(n, column), nil
		}
		return cell{}, nil
	}
	text := xml.OwnText(v)
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || i < 0 || i >= len(r.book.strings) {
			return cell{}, malformed("a cell refers to the shared text " + format.Quoted(text))
		}
		return cell{kind: textCell, text: r.book.strings[i]}, nil
	case "str", "inlineStr", "d":
		return cell{kind: textCell, text: unescape(text)}, nil
	case "e":
		return cell{}, nil
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return cell{}, malformed("a cell holds the number " + format.Quoted(text))
	}
	if kind == "b" {
		return cell{kind: boolCell, number: f}, nil
	}
	return cell{kind: r.numberKind(n), number: f}, nil
}

func (r *xlsxRows) numberKind(n *format.Node) cellKind {
	text, _ := xml.Attribute(n, "s")
	if i, err := strconv.Atoi(text); err == nil && i >= 0 && i < len(r.book.dates) && r.book.dates[i] {
		return dateCell
	}
	return numberCell
}

// formula computes a formula that is stored without its value; one that cannot
// be computed is an empty cell.
func (r *xlsxRows) formula(n *format.Node, column int) cell {
	ref, err := excelize.CoordinatesToCellName(column+1, r.last)
	if err != nil {
		return cell{}
	}
	if r.book.engine == nil {
		f, err := excelize.OpenReader(bytes.NewReader(r.book.data), excelize.Options{UnzipSizeLimit: r.book.limit, UnzipXMLSizeLimit: r.book.limit, RawCellValue: true})
		if err != nil {
			return cell{}
		}
		r.book.engine = f
	}
	text, err := r.book.engine.CalcCellValue(r.name, ref, excelize.Options{RawCellValue: true})
	if err != nil || text == "" {
		return cell{}
	}
	switch text {
	case "TRUE":
		return cell{kind: boolCell, number: 1}
	case "FALSE":
		return cell{kind: boolCell}
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return cell{kind: r.numberKind(n), number: f}
	}
	return cell{kind: textCell, text: text}
}
