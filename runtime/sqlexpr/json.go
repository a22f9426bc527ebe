package sqlexpr

import (
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// member is one key of a JSON object with the text of its value.
type member struct {
	key string
	raw string
}

// jsonKind is object, array, string, number, boolean or null.
func jsonKind(raw string) string {
	raw = strings.TrimLeft(raw, " \t\r\n")
	if raw == "" {
		return "null"
	}
	switch raw[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// skipJSON gives the end of the value that begins at i of a valid JSON text.
func skipJSON(s string, i int) int {
	depth := 0
	for i < len(s) {
		switch s[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			if depth == 0 {
				return i + 1
			}
		case '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return min(i+1, len(s))
			}
		case ',', ' ', '\t', '\n', '\r', ':':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(s)
}

func skipBlank(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// elements gives the texts of the elements of a JSON array.
func elements(raw string) []string {
	var out []string
	i := skipBlank(raw, strings.IndexByte(raw, '[')+1)
	for i < len(raw) && raw[i] != ']' {
		end := skipJSON(raw, i)
		out = append(out, raw[i:end])
		if i = skipBlank(raw, end); i < len(raw) && raw[i] == ',' {
			i = skipBlank(raw, i+1)
		} else {
			break
		}
	}
	return out
}

// members gives the keys of a JSON object in the order of the text.
func members(raw string) []member {
	var out []member
	i := skipBlank(raw, strings.IndexByte(raw, '{')+1)
	for i < len(raw) && raw[i] == '"' {
		end := skipJSON(raw, i)
		key := jsonText(raw[i:end])
		i = skipBlank(raw, end)
		if i >= len(raw) || raw[i] != ':' {
			break
		}
		i = skipBlank(raw, i+1)
		end = skipJSON(raw, i)
		out = append(out, member{key, raw[i:end]})
		if i = skipBlank(raw, end); i < len(raw) && raw[i] == ',' {
			i = skipBlank(raw, i+1)
		}
	}
	return out
}

// jsonText is a JSON value as text: a string without its quotes.
func jsonText(raw string) string {
	raw = strings.TrimSpace(raw)
	if len(raw) < 2 || raw[0] != '"' {
		return raw
	}
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	if s, err := value.JSONUnquote(raw); err == nil {
		return s
	}
	return raw
}

// child finds an element by its position or a member by its key.
func child(raw, key string, index int64, byIndex bool) (string, bool) {
	switch jsonKind(raw) {
	case "array":
		if !byIndex {
			n, err := strconv.ParseInt(key, 10, 64)
			if err != nil {
				return "", false
			}
			index = n
		}
		items := elements(raw)
		if index < 0 {
			index += int64(len(items))
		}
		if index < 0 || index >= int64(len(items)) {
			return "", false
		}
		return items[index], true
	case "object":
		if byIndex {
			return "", false
		}
		found, ok := "", false
		for _, m := range members(raw) {
			if m.key == key {
				found, ok = m.raw, true
			}
		}
		return found, ok
	}
	return "", false
}

// jsonResult is a part of a JSON value as text or as JSON of the same class.
func jsonResult(raw string, class value.Name, asText bool) datum {
	if asText {
		if jsonKind(raw) == "null" {
			return datum{}
		}
		return text(jsonText(raw))
	}
	return some(value.JSONText(class, raw))
}

// asJSON takes JSON, or a text that is JSON.
func asJSON(d datum) (datum, error) {
	if d.Kind() == value.JSON {
		return d, nil
	}
	return toJSON(d, sqlType{name: "jsonb"})
}

func jsonGet(a, b datum, asText bool) (datum, error) {
	a, err := asJSON(a)
	if err != nil {
		return a, err
	}
	raw, ok := child(a.JSONString(), textOf(b), b.Num(), isWhole(b))
	if !ok || isWhole(b) && jsonKind(a.JSONString()) != "array" {
		return datum{}, nil
	}
	return jsonResult(raw, a.ClassName(), asText), nil
}

// jsonPath follows a path given as an array or as '{a,0}'.
func jsonPath(f *frame, a, path datum, asText bool) (datum, error) {
	p, err := convert(f, path, sqlType{name: "text", array: true, length: -1})
	if err != nil {
		return datum{}, err
	}
	return jsonExtract(a, p.array, asText)
}

func jsonExtract(a datum, path []datum, asText bool) (datum, error) {
	a, err := asJSON(a)
	if err != nil {
		return a, err
	}
	raw, ok := a.JSONString(), true
	for _, key := range path {
		if key.isNull() {
			return datum{}, nil
		}
		if raw, ok = child(raw, textOf(key), 0, false); !ok {
			return datum{}, nil
		}
	}
	return jsonResult(raw, a.ClassName(), asText), nil
}

func jsonHas(_ *frame, a, b datum) (datum, error) {
	a, err := asJSON(a)
	if err != nil {
		return a, err
	}
	key, raw := textOf(b), a.JSONString()
	if jsonKind(raw) == "array" {
		for _, e := range elements(raw) {
			if jsonKind(e) == "string" && jsonText(e) == key {
				return truth(true), nil
			}
		}
		return truth(false), nil
	}
	_, ok := child(raw, key, 0, false)
	return truth(ok), nil
}

func jsonContains(_ *frame, a, b datum) (datum, error) {
	a, err := asJSON(a)
	if err != nil {
		return a, err
	}
	if b, err = asJSON(b); err != nil {
		return b, err
	}
	return truth(containsJSON(a.JSONString(), b.JSONString())), nil
}

func containsJSON(a, b string) bool {
	ak, bk := jsonKind(a), jsonKind(b)
	switch {
	case ak == "object" && bk == "object":
		for _, m := range members(b) {
			v, ok := child(a, m.key, 0, false)
			if !ok || !containsJSON(v, m.raw) {
				return false
			}
		}
		return true
	case ak == "array":
		wanted := []string{b}
		if bk == "array" {
			wanted = elements(b)
		}
		for _, w := range wanted {
			found := false
			for _, e := range elements(a) {
				if jsonKind(e) == jsonKind(w) && containsJSON(e, w) {
					found = true
					break
				}
			}
			if !found {
				return false
			}
		}
		return true
	}
	if ak != bk {
		return false
	}
	if ak == "number" {
		x, ok1 := value.ParseNumericExp(a)
		y, ok2 := value.ParseNumericExp(b)
		return ok1 && ok2 && value.Equal(x, y)
	}
	return jsonText(a) == jsonText(b)
}

// build makes a JSON value of class JSON from its text.
func build(raw string) (datum, error) {
	n, err := value.NormalizeJSON(raw)
	return some(value.JSONText(value.NameJSON, n)), err
}

func objectText(ms []member) string {
	b := []byte{'{'}
	for i, m := range ms {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(append(value.AppendJSONString(b, m.key), ": "...), m.raw...)
	}
	return string(append(b, '}'))
}

func arrayJSON(items []string) string { return "[" + strings.Join(items, ", ") + "]" }

func jsonConcat(f *frame, a, b datum) (datum, error) {
	a, err := asJSON(a)
	if err != nil {
		return a, err
	}
	if b, err = asJSON(b); err != nil {
		return b, err
	}
	x, y := a.JSONString(), b.JSONString()
	if jsonKind(x) == "object" && jsonKind(y) == "object" {
		return build(objectText(append(members(x), members(y)...)))
	}
	list := func(raw string) []string {
		if jsonKind(raw) == "array" {
			return elements(raw)
		}
		return []string{raw}
	}
	return build(arrayJSON(append(list(x), list(y)...)))
}

func jsonRemove(a, b datum) (datum, error) {
	raw := a.JSONString()
	switch jsonKind(raw) {
	case "object":
		var kept []member
		for _, m := range members(raw) {
			if m.key != textOf(b) {
				kept = append(kept, m)
			}
		}
		return build(objectText(kept))
	case "array":
		var kept []string
		items := elements(raw)
		at := int64(-1)
		if isWhole(b) {
			if at = b.Num(); at < 0 {
				at += int64(len(items))
			}
		}
		for i, e := range items {
			if isWhole(b) && int64(i) == at || !isWhole(b) && jsonKind(e) == "string" && jsonText(e) == textOf(b) {
				continue
			}
			kept = append(kept, e)
		}
		return build(arrayJSON(kept))
	}
	return datum{}, errorf("nothing can be deleted from a JSON %s", jsonKind(raw))
}

// mergeJSON joins two objects, objects of equal keys in turn; else b wins.
func mergeJSON(a, b string) string {
	if jsonKind(a) != "object" || jsonKind(b) != "object" {
		return b
	}
	out := members(a)
	at := map[string]int{}
	for i, m := range out {
		at[m.key] = i
	}
	for _, m := range members(b) {
		if i, ok := at[m.key]; ok {
			out[i].raw = mergeJSON(out[i].raw, m.raw)
		} else {
			out = append(out, m)
		}
	}
	return objectText(out)
}

// toJSONText is to_json(d).
func toJSONText(d datum) string {
	switch {
	case d.isNull():
		return "null"
	case d.isArray:
		items := make([]string, len(d.array))
		for i, it := range d.array {
			items[i] = toJSONText(it)
		}
		return "[" + strings.Join(items, ",") + "]"
	case d.span != nil:
		return string(value.AppendJSONString(nil, textOf(d)))
	}
	switch d.Kind() {
	case value.Integer, value.Long, value.Numeric, value.Double, value.Year, value.TBoolean:
		if s := textOf(d); s != "NaN" && !strings.HasSuffix(s, "Infinity") {
			return s
		}
	case value.JSON:
		return d.JSONString()
	case value.DateTime:
		return string(value.AppendJSONString(nil, value.WireText(d.Value)))
	case value.ZDateTime:
		return string(value.AppendJSONString(nil, strings.TrimSuffix(value.WireText(d.Value), "Z")+"+00:00"))
	}
	return string(value.AppendJSONString(nil, textOf(d)))
}

// jsonBuild is json_build_object and json_build_array.
func jsonBuild(args []datum, object, binary bool) (datum, error) {
	var b strings.Builder
	if object {
		if len(args)%2 != 0 {
			return datum{}, errorf("json_build_object needs keys and values in turn")
		}
		b.WriteByte('{')
		for i := 0; i < len(args); i += 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			if args[i].isNull() {
				return datum{}, errorf("a key of json_build_object is NULL")
			}
			b.Write(value.AppendJSONString(nil, textOf(args[i])))
			b.WriteString(" : " + toJSONText(args[i+1]))
		}
		b.WriteByte('}')
	} else {
		items := make([]string, len(args))
		for i, a := range args {
			items[i] = toJSONText(a)
		}
		b.WriteString(arrayJSON(items))
	}
	if binary {
		return build(b.String())
	}
	return some(value.JSONText(value.NameJSONText, b.String())), nil
}

func stripNulls(raw string) string {
	switch jsonKind(raw) {
	case "object":
		var kept []member
		for _, m := range members(raw) {
			if jsonKind(m.raw) != "null" {
				kept = append(kept, member{m.key, stripNulls(m.raw)})
			}
		}
		return objectText(kept)
	case "array":
		items := elements(raw)
		for i := range items {
			items[i] = stripNulls(items[i])
		}
		return arrayJSON(items)
	}
	return raw
}

// setJSON is jsonb_set: the value at a path replaced, or added at its last step.
func setJSON(raw string, path []string, with string, create bool) string {
	if len(path) == 0 {
		return with
	}
	switch jsonKind(raw) {
	case "object":
		ms := members(raw)
		for i := range ms {
			if ms[i].key == path[0] {
				ms[i].raw = setJSON(ms[i].raw, path[1:], with, create)
				return objectText(ms)
			}
		}
		if create && len(path) == 1 {
			return objectText(append(ms, member{path[0], with}))
		}
	case "array":
		items := elements(raw)
		n, err := strconv.Atoi(path[0])
		if err != nil {
			return raw
		}
		if n < 0 {
			n += len(items)
		}
		switch {
		case n >= 0 && n < len(items):
			items[n] = setJSON(items[n], path[1:], with, create)
			return arrayJSON(items)
		case create && len(path) == 1 && n < 0:
			return arrayJSON(append([]string{with}, items...))
		case create && len(path) == 1:
			return arrayJSON(append(items, with))
		}
	}
	return raw
}

// tableFunctions are the functions that give rows. The table is never changed.
var tableFunctions = map[string]func(f *frame, args []datum) ([]Row, error){
	"unnest": func(_ *frame, args []datum) ([]Row, error) {
		if len(args) != 1 || !args[0].isArray {
			return nil, errorf("unnest needs an array")
		}
		return rowsOf(args[0].array)
	},
	"string_to_table": func(f *frame, args []datum) ([]Row, error) {
		d, err := functions["string_to_array"].call(f, args)
		if err != nil {
			return nil, err
		}
		return rowsOf(d.array)
	},
	"regexp_split_to_table": func(f *frame, args []datum) ([]Row, error) {
		d, err := functions["regexp_split_to_array"].call(f, args)
		if err != nil {
			return nil, err
		}
		return rowsOf(d.array)
	},
	"jsonb_array_elements":      arrayRows(false),
	"json_array_elements":       arrayRows(false),
	"jsonb_array_elements_text": arrayRows(true),
	"json_array_elements_text":  arrayRows(true),
	"jsonb_each":                objectRows(false),
	"json_each":                 objectRows(false),
	"jsonb_each_text":           objectRows(true),
	"json_each_text":            objectRows(true),
	"jsonb_object_keys":         keyRows,
	"json_object_keys":          keyRows,
	"generate_series":           seriesRows,
}

func rowsOf(items []datum) ([]Row, error) {
	rows := make([]Row, len(items))
	for i, it := range items {
		v, err := it.result()
		if err != nil {
			return nil, err
		}
		rows[i].Value = v
	}
	return rows, nil
}

func jsonArgument(args []datum, kind string) (datum, error) {
	if len(args) != 1 {
		return datum{}, errorf("one JSON argument is expected")
	}
	d, err := asJSON(args[0])
	if err == nil && jsonKind(d.JSONString()) != kind {
		err = errorf("a JSON %s is expected, not %s", kind, jsonKind(d.JSONString()))
	}
	return d, err
}

func arrayRows(asText bool) func(*frame, []datum) ([]Row, error) {
	return func(_ *frame, args []datum) ([]Row, error) {
		d, err := jsonArgument(args, "array")
		if err != nil {
			return nil, err
		}
		var rows []Row
		for _, e := range elements(d.JSONString()) {
			rows = append(rows, Row{Value: jsonResult(e, d.ClassName(), asText).Value})
		}
		return rows, nil
	}
}

func objectRows(asText bool) func(*frame, []datum) ([]Row, error) {
	return func(_ *frame, args []datum) ([]Row, error) {
		d, err := jsonArgument(args, "object")
		if err != nil {
			return nil, err
		}
		var rows []Row
		for _, m := range members(d.JSONString()) {
			rows = append(rows, Row{Key: value.String(m.key), Value: jsonResult(m.raw, d.ClassName(), asText).Value})
		}
		return rows, nil
	}
}

func keyRows(_ *frame, args []datum) ([]Row, error) {
	d, err := jsonArgument(args, "object")
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, m := range members(d.JSONString()) {
		rows = append(rows, Row{Value: value.String(m.key)})
	}
	return rows, nil
}

// maxSeries bounds generate_series.
const maxSeries = 10_000_000

func seriesRows(f *frame, args []datum) ([]Row, error) {
	if len(args) < 2 || len(args) > 3 {
		return nil, errorf("generate_series needs a start and an end")
	}
	step := integer(1)
	if len(args) == 3 {
		step = args[2]
	}
	down := step.span == nil && value.Compare(step.Value, value.Int(0)) < 0
	if step.span == nil && step.IsZero() {
		return nil, errorf("the step of generate_series is 0")
	}
	var rows []Row
	for at := args[0]; ; {
		c, err := compare(f, at, args[1])
		if err != nil || !down && c > 0 || down && c < 0 {
			return rows, err
		}
		if len(rows) == maxSeries {
			return nil, errorf("generate_series gives too many rows")
		}
		rows = append(rows, Row{Value: at.Value})
		next, err := plus(f, at, step)
		if err != nil {
			return nil, err
		}
		if c, err := compare(f, at, next); err != nil || c == 0 {
			return rows, err
		}
		at = next
	}
}
