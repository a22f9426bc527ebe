package files

import (
	"bytes"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// appendSheets gives the workbook old with the sheets of added behind its own. A
// sheet whose name is taken gets "(1)", "(2)" … behind it.
func appendSheets(old, added []byte) ([]byte, error) {
	to, err := excelize.OpenReader(bytes.NewReader(old))
	if err != nil {
		return nil, failed("the workbook to append to cannot be read: %s", err.Error())
	}
	defer to.Close()
	from, err := excelize.OpenReader(bytes.NewReader(added))
	if err != nil {
		return nil, failed("the workbook to append cannot be read: %s", err.Error())
	}
	defer from.Close()
	for _, sheet := range from.GetSheetList() {
		name := freeSheet(to, sheet)
		if _, err := to.NewSheet(name); err != nil {
			return nil, failed("the sheet %s cannot be added: %s", sheet, err.Error())
		}
		if err := copySheet(to, name, from, sheet); err != nil {
			return nil, failed("the sheet %s cannot be copied: %s", sheet, err.Error())
		}
	}
	var buf bytes.Buffer
	if err := to.Write(&buf); err != nil {
		return nil, failed("the workbook cannot be written: %s", err.Error())
	}
	return buf.Bytes(), nil
}

// maxSheetName is how many characters the name of a sheet has.
const maxSheetName = 31

func freeSheet(f *excelize.File, name string) string {
	free := name
	for n := 1; ; n++ {
		if i, err := f.GetSheetIndex(free); err != nil || i < 0 {
			return free
		}
		suffix := "(" + strconv.Itoa(n) + ")"
		r := []rune(name)
		free = string(r[:min(len(r), maxSheetName-len(suffix))]) + suffix
	}
}

// copySheet copies cells with their values, formulas and styles, and the widths
// of columns.
func copySheet(to *excelize.File, name string, from *excelize.File, sheet string) error {
	rows, err := from.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		return err
	}
	styles := make(map[int]int)
	for r, row := range rows {
		for c := range row {
			cell, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				return err
			}
			if err := copyCell(to, name, from, sheet, cell, row[c]); err != nil {
				return err
			}
			if err := copyStyle(to, name, from, sheet, cell, styles); err != nil {
				return err
			}
		}
		for c := range row {
			column, err := excelize.ColumnNumberToName(c + 1)
			if err != nil {
				return err
			}
			if width, err := from.GetColWidth(sheet, column); err == nil && r == 0 {
				if err := to.SetColWidth(name, column, column, width); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func copyCell(to *excelize.File, name string, from *excelize.File, sheet, cell, raw string) error {
	if formula, err := from.GetCellFormula(sheet, cell); err == nil && formula != "" {
		return to.SetCellFormula(name, cell, formula)
	}
	kind, err := from.GetCellType(sheet, cell)
	if err != nil || raw == "" {
		return err
	}
	switch kind {
	case excelize.CellTypeBool:
		return to.SetCellBool(name, cell, raw == "1" || raw == "TRUE")
	case excelize.CellTypeNumber, excelize.CellTypeUnset:
		if f, err := strconv.ParseFloat(raw, 64); err == nil {
			return to.SetCellValue(name, cell, f)
		}
	}
	return to.SetCellStr(name, cell, raw)
}

func copyStyle(to *excelize.File, name string, from *excelize.File, sheet, cell string, styles map[int]int) error {
	id, err := from.GetCellStyle(sheet, cell)
	if err != nil || id == 0 {
		return err
	}
	own, known := styles[id]
	if !known {
		style, err := from.GetStyle(id)
		if err != nil {
			return err
		}
		if own, err = to.NewStyle(style); err != nil {
			return err
		}
		styles[id] = own
	}
	return to.SetCellStyle(name, cell, cell, own)
}
