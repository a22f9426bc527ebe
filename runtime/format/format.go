// Package format is the contract of the file formats that IMPORT and EXPORT
// read and write: columns and rows for flat files, a neutral tree for JSON and
// XML. The codecs are in packages of their own below it; package codecs puts
// them together as a Set.
//
// A codec knows nothing of properties, forms or sessions. Errors of a codec are
// *value.Error with one of the codes below; malformed input is never a panic.
// Readers and writers are for one goroutine; codecs are for any number.
package format

import (
	"io"

	"github.com/golsf/golsf/runtime/value"
)

// Codes of the errors of codecs.
const (
	CodeSyntax  = "E3401" // the file is no file of its format
	CodeValue   = "E3402" // a text of the file is no value of the class asked for
	CodeColumn  = "E3403" // a column, row group or ROOT is not in the file
	CodeCharset = "E3404" // an unknown CHARSET, or a text that has no form in it
	CodeWhere   = "E3405" // an IMPORT WHERE condition cannot be read
	CodeLimit   = "E3406" // the file is larger or deeper than the limits allow
	CodeWrite   = "E3407" // a value or name cannot be written in the format
)

// Kind is a file format.
type Kind uint8

const (
	NoKind Kind = iota
	JSON
	XML
	CSV
	XLS
	XLSX
	DBF
	TABLE
)

var kindExts = [...]string{JSON: "json", XML: "xml", CSV: "csv", XLS: "xls", XLSX: "xlsx", DBF: "dbf", TABLE: "table"}

// Ext is the extension of files of that format, without the dot.
func (k Kind) Ext() string {
	if int(k) < len(kindExts) {
		return kindExts[k]
	}
	return ""
}

// String is the format's name for messages: its extension.
func (k Kind) String() string { return k.Ext() }

// KindOfExt is the format of files with that extension (no dot, lower case).
func KindOfExt(ext string) (Kind, bool) {
	for k := JSON; k <= TABLE; k++ {
		if kindExts[k] == ext {
			return k, true
		}
	}
	return NoKind, false
}

// KindOfClass is the format that EXPORT and IMPORT without a format take from
// the class of the file property or expression. ok is false when the class
// leaves it open (FILE, NAMEDFILE, RAWFILE ...): then the extension decides on
// import, and JSON is written on export.
func KindOfClass(n value.Name) (k Kind, ok bool) {
	switch n {
	case value.NameJSON, value.NameJSONText, value.NameJSONFile:
		return JSON, true
	case value.NameXMLFile:
		return XML, true
	case value.NameCSVFile:
		return CSV, true
	case value.NameExcelFile:
		return XLS, true
	case value.NameDBFFile:
		return DBF, true
	case value.NameTableFile:
		return TABLE, true
	}
	return NoKind, false
}

// Column is a column of a flat file: its name in the file and the class that
// its values have (EXPORT) or are read into (IMPORT).
type Column struct {
	Name  string
	Class value.Class
}

// SheetAll as ReadOptions.Sheet reads every sheet of a workbook, one after another.
const SheetAll = -1

// Limits bound what a reader accepts; 0 means the default of the format.
type Limits struct {
	Bytes int64 // size of the file, unpacked
	Rows  int64
	Depth int // nesting of JSON and XML, 0 means DefaultDepth
}

// ReadOptions are the options of IMPORT. The zero value is IMPORT without any.
type ReadOptions struct {
	Header    bool   // CSV, XLS: the first row holds the names of the columns
	Separator string // CSV, default ";"
	NoEscape  bool   // CSV: quotes are text
	Charset   string // default UTF-8, of DBF CP1251, of XML that of its declaration
	Sheet     int    // XLS: from 1, 0 is the first, or SheetAll
	Root      string // JSON, XML: element to begin at, searched depth-first
	Attr      bool   // XML rows: columns are attributes
	Single    bool   // JSON, XML rows: no row parameter, the root itself is the one record
	Memo      []byte // DBF: content of the memo file
	Where     *Where // rows that do not fulfil it are skipped; nil keeps all
	Limits    Limits
	Warn      func(message string) // told of suspicious but valid input; may be nil
}

// WriteOptions are the options of EXPORT. The zero value is EXPORT without any.
type WriteOptions struct {
	Header    bool   // CSV, XLS: write the names of the columns
	Separator string // CSV, default ";"
	NoEscape  bool   // CSV: never quote
	Charset   string // default UTF-8, of DBF CP1251; UTF-8-BOM marks JSON, CSV and XML
	Sheet     string // XLS: name of the sheet, default Sheet0
	Root      string // XML rows: name of the root element, default export
	Tag       string // XML rows: name of a row's element, default value
	Attr      bool   // XML rows: columns are attributes
	NoDecl    bool   // XML: no declaration (the option NOHEADER)
	Single    bool   // no row parameter: exactly one row will be written (TABLE marks it; JSON writes a bare object)
	Today     int64  // days since 1970-01-01, for the date in a DBF header
}

// RowReader gives the rows of a flat file for the columns asked.
type RowReader interface {
	// Next reads the next row that fulfils the WHERE into dst, which has as
	// many elements as columns were asked. ok is false behind the last row.
	// Values read stay valid; texts may share the memory of the file.
	Next(dst []value.Value) (ok bool, err error)
}

// RowWriter writes the rows of a flat file.
type RowWriter interface {
	// Write adds a row with a value, or NULL, for each column.
	Write(row []value.Value) error
	// Close completes the file. It does not close the io.Writer beneath.
	Close() error
}

// RowCodec reads and writes flat files of one format.
//
// NewReader gives a reader over the content of a file; data must not change
// while values read from it live. Columns that the file lacks are resolved as
// IMPORT does: a name not found takes the column after the previous one (in
// JSON and XML: NULL). A file of no bytes has no rows.
type RowCodec interface {
	NewReader(data []byte, columns []Column, opts ReadOptions) (RowReader, error)
	NewWriter(w io.Writer, columns []Column, opts WriteOptions) (RowWriter, error)
}

// Set holds the codecs by format.
type Set struct {
	Rows  [TABLE + 1]RowCodec  // nil: the format has no rows here
	Trees [TABLE + 1]TreeCodec // JSON and XML only
	// Operator writes the text of the operators JSON and JSONTEXT; nil when
	// JSON is not supported. See package json.
	Operator OperatorWriter
}
