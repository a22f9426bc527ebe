// Package codecs puts the codecs of all file formats together.
package codecs

import (
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/format/csv"
	"github.com/golsf/golsf/runtime/format/dbf"
	"github.com/golsf/golsf/runtime/format/excel"
	"github.com/golsf/golsf/runtime/format/json"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/format/xml"
)

// All is a Set with every format.
func All() *format.Set {
	s := &format.Set{Operator: json.Operator{}}
	s.Rows[format.JSON] = json.Codec{}
	s.Rows[format.XML] = xml.Codec{}
	s.Rows[format.CSV] = csv.Codec{}
	s.Rows[format.XLS] = excel.Codec{Old: true}
	s.Rows[format.XLSX] = excel.Codec{}
	s.Rows[format.DBF] = dbf.Codec{}
	s.Rows[format.TABLE] = table.Codec{}
	s.Trees[format.JSON] = json.Codec{}
	s.Trees[format.XML] = xml.Codec{}
	return s
}
