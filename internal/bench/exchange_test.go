package bench

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"testing"

	"github.com/golsf/golsf/runtime/value"
)

const (
	csvRows   = 1_000_000
	jsonItems = 100_000
)

const exchangeLsf = `
	id = DATA LOCAL INTEGER (INTEGER); name = DATA LOCAL STRING[30] (INTEGER); qty = DATA LOCAL NUMERIC[12,2] (INTEGER);
	f = DATA LOCAL NESTED FILE ();
	importCSV(FILE c) { IMPORT CSV FROM c TO id, name, qty; }
	exportCSV() { EXPORT CSV FROM id(INTEGER i), name(i), qty(i) TO f; }
	importJSON(FILE j) { IMPORT JSON FROM j TO id, name, qty; }
	exportJSON() { EXPORT JSON FROM id = id(INTEGER i), name = name(i), qty = qty(i) TO f; }`

func csvText(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "%d;name of %d;%d.25\r\n", i, i%5000, i%1000)
	}
	return b.Bytes()
}

func jsonText(n int) []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"name of %d","qty":%d.25}`, i, i%5000, i%1000)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// P11: IMPORT CSV into properties beside encoding/csv that merely parses, and
// EXPORT CSV beside encoding/csv writing.
func BenchmarkP11ImportCSV(b *testing.B) {
	ours := load(b, exchangeLsf)
	text := csvText(csvRows)
	file := value.FileOf(value.NameFile, &value.FileData{Bytes: text, Ext: "csv"})
	compare(b, csvRows,
		candidate{name: "golsf", run: func() { ours.session(b).call(b, "importCSV", file) }},
		candidate{name: "encoding-csv", run: func() {
			r := csv.NewReader(bytes.NewReader(text))
			r.Comma, r.ReuseRecord = ';', true
			for {
				if _, err := r.Read(); err == io.EOF {
					return
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}})
}

func BenchmarkP11ExportCSV(b *testing.B) {
	ours := load(b, exchangeLsf)
	file := value.FileOf(value.NameFile, &value.FileData{Bytes: csvText(csvRows), Ext: "csv"})
	session := ours.session(b)
	session.call(b, "importCSV", file)
	compare(b, csvRows,
		candidate{name: "golsf", run: func() { session.call(b, "exportCSV") }},
		candidate{name: "encoding-csv", run: func() {
			w := csv.NewWriter(io.Discard)
			w.Comma, w.UseCRLF = ';', true
			for i := range csvRows {
				row := []string{strconv.Itoa(i), "name of " + strconv.Itoa(i%5000), strconv.FormatFloat(float64(i%1000)+0.25, 'f', 2, 64)}
				if err := w.Write(row); err != nil {
					b.Fatal(err)
				}
			}
			w.Flush()
		}})
}

// P12: IMPORT and EXPORT of JSON beside encoding/json from and to any.
func BenchmarkP12ImportJSON(b *testing.B) {
	ours := load(b, exchangeLsf)
	text := jsonText(jsonItems)
	file := value.FileOf(value.NameFile, &value.FileData{Bytes: text, Ext: "json"})
	compare(b, jsonItems,
		candidate{name: "golsf", run: func() { ours.session(b).call(b, "importJSON", file) }},
		candidate{name: "encoding-json", run: func() {
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				b.Fatal(err)
			}
		}})
}

func BenchmarkP12ExportJSON(b *testing.B) {
	ours := load(b, exchangeLsf)
	text := jsonText(jsonItems)
	file := value.FileOf(value.NameFile, &value.FileData{Bytes: text, Ext: "json"})
	session := ours.session(b)
	session.call(b, "importJSON", file)
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		b.Fatal(err)
	}
	compare(b, jsonItems,
		candidate{name: "golsf", run: func() { session.call(b, "exportJSON") }},
		candidate{name: "encoding-json", run: func() {
			if _, err := json.Marshal(v); err != nil {
				b.Fatal(err)
			}
		}})
}
