package actions

import (
	"bytes"
	"context"
	"net/url"

	"github.com/xuri/excelize/v2"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/value"
	"github.com/golsf/golsf/stdlib/functions"
)

// nothing is for actions that care for a server, its database or its
// transactions: a program that runs by itself has nothing to care for.
func nothing(context.Context, *interp.Host, []value.Value) (value.Value, error) { return none, nil }

// screen is for actions of a client that shows forms.
func screen(context.Context, *interp.Host, []value.Value) (value.Value, error) {
	return none, value.Errorf(interp.CodeUnsupported, "the action needs a screen, and golsf has none")
}

func canonicalizeJSON(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	f := arg(args, 0).File()
	if f == nil {
		return none, h.Set("Utils.canonicalizedJSON", none)
	}
	s, err := functions.CanonicalJSON(string(f.Bytes), !arg(args, 1).IsNull())
	if err != nil {
		return none, err
	}
	return none, h.Set("Utils.canonicalizedJSON", value.String(s))
}

// linkToString gives the text of a link without the coding of URLs.
func linkToString(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	if arg(args, 0).IsNull() {
		return none, h.Set("Utils.resultString", none)
	}
	s, err := url.QueryUnescape(text(args, 0))
	if err != nil {
		return none, value.Errorf(value.CodeFormat, "the link is not URL-encoded: %s", err)
	}
	return none, h.Set("Utils.resultString", value.String(s))
}

// workbook opens an Excel file of the new format; nil for NULL.
func workbook(v value.Value) (*excelize.File, error) {
	f := v.File()
	if f == nil {
		return nil, nil
	}
	w, err := excelize.OpenReader(bytes.NewReader(f.Bytes))
	if err != nil {
		return nil, value.Errorf(value.CodeFormat, "the file is no .xlsx file: %s", err)
	}
	return w, nil
}

// sheetNames lists the sheets of a workbook by their numbers from 0.
func sheetNames(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	h.Clear("Utils.sheetNames")
	w, err := workbook(arg(args, 0))
	if w == nil {
		return none, err
	}
	defer w.Close()
	for i, name := range w.GetSheetList() {
		if err := h.Set("Utils.sheetNames", value.String(name), value.Int(int32(i))); err != nil {
			return none, err
		}
	}
	return none, nil
}

// columnsCount is the length of the longest row of a sheet, counted from 0; -1
// when the sheet has no rows.
func columnsCount(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	w, err := workbook(arg(args, 0))
	if w == nil {
		return none, err
	}
	defer w.Close()
	sheet := 0
	if v := arg(args, 1); !v.IsNull() {
		sheet = int(v.Num())
	}
	rows, err := w.GetRows(w.GetSheetName(sheet))
	if err != nil {
		return none, value.Errorf(value.CodeArgument, "the file has no sheet %d", sheet)
	}
	most := -1
	for _, r := range rows {
		most = max(most, len(r))
	}
	return none, h.Set("Utils.columnsCount", value.Int(int32(most)))
}
