package value

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Cast is the explicit conversion c(v) of the language. NULL gives NULL. What
// does not fit gives NULL for numbers (also from text: decision 35) and an
// *Error for dates, JSON and classes without a conversion. Texts are cut to
// the length of c, trailing blanks of BPSTRING dropped. DOUBLE to NUMERIC goes
// by 15 digits, to INTEGER half to even; everything else rounds half away from
// zero. Source: Type_conversion, recorded answers.
func Cast(v Value, c Class) (Value, error) {
	if v.kind == Null {
		return v, nil
	}
	switch c.Kind() {
	case Boolean:
		return castBoolean(v, c)
	case TBoolean:
		return castTBoolean(v, c)
	case Integer, Long, Year:
		return castInteger(v, c)
	case Numeric:
		return castNumeric(v, c)
	case Double:
		return castDouble(v, c)
	case Text:
		if v.kind == File && !utf8.Valid(v.File().Bytes) {
			return Value{}, nil
		}
		if v.kind == Struct {
			return Value{}, noCast(v, c)
		}
		return String(fitText(TextOf(v), c)), nil
	case Date, Time, DateTime, ZDateTime:
		return castTemporal(v, c)
	case Interval:
		if v.kind == Interval && v.ClassName() == c.Name {
			return v, nil
		}
		if v.kind == Text {
			return ParseText(v.Str(), c)
		}
	case Color:
		switch v.kind {
		case Color:
			return v, nil
		case Integer, Long:
			return Of(Color, v.n&0xFFFFFF), nil
		case Text:
			return ParseText(v.Str(), c)
		}
	case JSON:
		return castJSON(v, c)
	case File:
		return castFile(v, c)
	case Opaque:
		switch v.kind {
		case Text, JSON, Opaque, File:
			return OpaqueOf(c.Name, TextOf(v)), nil
		}
	case Object:
		if v.kind == Object {
			return v, nil
		}
	case Struct:
		if v.kind == Struct {
			return v, nil
		}
	case Null:
		return v, nil
	}
	return Value{}, noCast(v, c)
}

func noCast(v Value, c Class) error {
	return Errorf(CodeOperands, "%s cannot be converted to %s", ClassOfValue(v), c)
}

func badText(s string, c Class) error {
	return Errorf(CodeFormat, "%s is not a value of %s", strconv.Quote(CutText(s, 60)), c)
}

func castBoolean(v Value, c Class) (Value, error) {
	switch v.kind {
	case Text:
		if n, _ := castInteger(v, ClassInteger); n.IsNull() {
			return Value{}, badText(v.Str(), c)
		}
		return True, nil
	case Boolean, TBoolean, Integer, Long, Numeric, Double, Year, Object:
		return True, nil
	}
	return Value{}, noCast(v, c)
}

func castTBoolean(v Value, c Class) (Value, error) {
	switch v.kind {
	case TBoolean:
		return v, nil
	case Boolean:
		return TTrue, nil
	case Text:
		n, _ := castInteger(v, ClassInteger)
		if n.IsNull() {
			return Value{}, badText(v.Str(), c)
		}
		v = n
	case Integer, Long, Numeric, Double, Year:
	default:
		return Value{}, noCast(v, c)
	}
	if Compare(v, Int(1)) == 0 {
		return TTrue, nil
	}
	return TFalse, nil
}

// inRange reports whether n is a number of INTEGER or YEAR (32 bits) or LONG.
func inRange(n int64, k Kind) bool { return k == Long || n == int64(int32(n)) }

func integerOf(n int64, k Kind) Value { return Value{kind: k, n: n} }

// wholeNumber is an exact number rounded half away from zero; ok is false when
// it does not fit an int64.
func wholeNumber(v Value) (n int64, ok bool) {
	if v.kind == Numeric {
		v = rescale(v, 0)
		if v.p != nil {
			return 0, false
		}
	}
	return v.n, true
}

func castInteger(v Value, c Class) (Value, error) {
	k := c.Kind()
	var n int64
	ok := true
	switch v.kind {
	case Integer, Long, Year, Numeric:
		n, ok = wholeNumber(v)
	case Double:
		f := math.RoundToEven(v.Double())
		ok = f >= -1<<63 && f < 1<<63
		if ok {
			n = int64(f)
		}
	case Boolean, TBoolean, Object:
		n = v.n
	case Color:
		n = int64(int32(0xFF000000 | uint32(v.n)))
	case Text:
		d, good := numberOfText(v.Str())
		if !good {
			return Value{}, nil
		}
		n, ok = wholeNumber(d)
	default:
		return Value{}, noCast(v, c)
	}
	if !ok || !inRange(n, k) {
		return Value{}, nil
	}
	return integerOf(n, k), nil
}

// numberOfText reads a text as the conversions to numbers do: sign, digits and
// a part after point or comma, blanks only at the end.
func numberOfText(s string) (Value, bool) {
	s = strings.TrimRight(s, " \t\r\n\f\v")
	body := strings.TrimLeft(s, "+-")
	if len(s)-len(body) > 1 || body == "" || body[0] < '0' || body[0] > '9' {
		return Value{}, false
	}
	if i := strings.IndexByte(s, ','); i >= 0 {
		s = s[:i] + "." + s[i+1:]
	}
	return parseDecimal(s, false)
}

// fits reports whether an exact number has no more digits than NUMERIC c.
func fits(v Value, c Class) bool {
	if c.Prec < 0 || numericDigits(v) <= int(c.Prec) {
		return true
	}
	return v.p == nil && v.n == 0
}

func castNumeric(v Value, c Class) (Value, error) {
	var d Value
	ok := true
	switch v.kind {
	case Integer, Long, Year, Numeric:
		d = v
	case Double:
		d, ok = numericOfDigits(v.Double(), 15)
	case Boolean, TBoolean, Object:
		d = Decimal(v.n, 0)
	case Text:
		d, ok = numberOfText(v.Str())
	default:
		return Value{}, noCast(v, c)
	}
	if !ok {
		return Value{}, nil
	}
	if d.kind != Numeric {
		d = Decimal(d.n, 0)
	}
	if c.Prec >= 0 {
		d = rescale(d, int(c.Scale))
	}
	if !fits(d, c) {
		return Value{}, nil
	}
	return d, nil
}

func castDouble(v Value, c Class) (Value, error) {
	switch v.kind {
	case Double:
		return v, nil
	case Integer, Long, Year, Numeric:
		return Float(v.Float64()), nil
	case Boolean, TBoolean:
		return Float(float64(v.n)), nil
	case Text:
		d, ok := numberOfText(v.Str())
		if !ok {
			return Value{}, nil
		}
		return Float(d.Float64()), nil
	}
	return Value{}, noCast(v, c)
}

// fitText cuts a text to c's length and drops the trailing blanks of the
// BPSTRING classes.
func fitText(s string, c Class) string {
	s = CutText(s, int(c.Len))
	if c.BlankPadded() && c.Len >= 0 {
		s = strings.TrimRight(s, " ")
	}
	return s
}

func castTemporal(v Value, c Class) (Value, error) {
	k := c.Kind()
	if v.kind == k {
		return v, nil
	}
	var days, micros int64
	switch v.kind {
	case Date:
		if k == Time {
			return Value{}, noCast(v, c)
		}
		days = v.n
	case DateTime, ZDateTime:
		days = floorDiv(v.n, microsPerDay)
		micros = v.n - days*microsPerDay
	case Text:
		m, ok := parseMoment(v.Str())
		if !ok || k != Time && !m.hasDate || k == Time && !m.hasTime {
			return Value{}, badText(v.Str(), c)
		}
		days, micros = m.days, m.micros
		if k == ZDateTime && m.hasZone {
			micros -= m.offset
		}
	default:
		return Value{}, noCast(v, c)
	}
	switch k {
	case Date:
		return Of(Date, days), nil
	case Time:
		return Of(Time, micros%microsPerDay), nil
	}
	return Of(k, days*microsPerDay+micros), nil
}

func castJSON(v Value, c Class) (Value, error) {
	var text string
	switch v.kind {
	case JSON:
		if v.ClassName() == c.Name {
			return v, nil
		}
		text = v.JSONString()
	case Text, File, Opaque:
		text = TextOf(v)
	default:
		return Value{}, noCast(v, c)
	}
	normal, err := NormalizeJSON(text)
	if err != nil {
		return Value{}, err
	}
	if c.Name == NameJSONText {
		normal = text
	}
	return JSONText(c.Name, normal), nil
}

// Extension is the extension that a file of a specific type has when it
// becomes a FILE or NAMEDFILE (Built-in_classes#extension); "" for RAWFILE.
func (n Name) Extension() string {
	switch n {
	case NameJSONFile, NameJSON, NameJSONText:
		return "json"
	case NameXMLFile, NameXML:
		return "xml"
	case NameCSVFile:
		return "csv"
	case NameTextFile:
		return "txt"
	case NameWordFile:
		return "doc"
	case NameExcelFile:
		return "xls"
	case NameHTMLFile, NameHTML:
		return "html"
	case NamePDFFile:
		return "pdf"
	case NameVideoFile:
		return "mp4"
	case NameDBFFile:
		return "dbf"
	case NameImageFile:
		return "jpg"
	case NameTableFile:
		return "table"
	}
	return ""
}

// SniffExtension refines doc, xls and jpg by the content of the file: docx,
// xlsx, png, bmp. Other extensions are returned as they are.
func SniffExtension(ext string, content []byte) string {
	switch {
	case (ext == "doc" || ext == "xls") && bytes.HasPrefix(content, []byte("PK\x03\x04")):
		return ext + "x"
	case ext == "jpg" && bytes.HasPrefix(content, []byte("\x89P")):
		return "png"
	case ext == "jpg" && bytes.HasPrefix(content, []byte("BM")):
		return "bmp"
	}
	return ext
}

func castFile(v Value, c Class) (Value, error) {
	var data FileData
	switch v.kind {
	case File:
		if v.ClassName() == c.Name {
			return v, nil
		}
		from := v.File()
		data.Bytes = from.Bytes
		switch v.ClassName() {
		case NameFile:
			data.Ext = from.Ext
		case NameNamedFile:
			data.Ext, data.Name = from.Ext, from.Name
		default:
			data.Ext = SniffExtension(v.ClassName().Extension(), from.Bytes)
		}
	case Text:
		data.Bytes = []byte(v.Str())
	case JSON, Opaque:
		data.Bytes, data.Ext = []byte(TextOf(v)), v.ClassName().Extension()
	default:
		return Value{}, noCast(v, c)
	}
	switch {
	case c.Name == NameFile:
		data.Name = ""
	case c.Name == NameNamedFile:
		if data.Name == "" && !(v.kind == File && v.ClassName() == NameNamedFile) {
			data.Name = "file"
		}
	default:
		data.Ext, data.Name = "", ""
	}
	return FileOf(c.Name, &data), nil
}

// Assign is the implicit conversion of v at a write to a property of class c
// (decision 28): a text is cut to its length, a NUMERIC rounds half away from
// zero, a DOUBLE is written by its shortest text, and a number out of the range
// of c is an *Error with CodeRange. A file of a specific type becomes a FILE.
// NULL, objects and values that fit are returned as they are.
func Assign(v Value, c Class) (Value, error) {
	k := c.Kind()
	if v.kind == k {
		switch k {
		case Text:
			if c.Len >= 0 {
				if s := v.Str(); len(s) > int(c.Len) || c.BlankPadded() {
					return String(fitText(s, c)), nil
				}
			}
			return v, nil
		case Numeric:
			if c.Prec < 0 {
				return v, nil
			}
			return assignNumeric(v, c)
		case JSON, File, Opaque, Interval:
			if v.ClassName() == c.Name {
				return v, nil
			}
			return Cast(v, c)
		}
		return v, nil
	}
	switch k {
	case Integer, Long, Year:
		if v.kind == Double {
			d, ok := numericOfShortest(v.Double())
			if !ok {
				return Value{}, rangeError(v, c)
			}
			v = d
		}
		if isExact(v.kind) {
			n, ok := wholeNumber(v)
			if !ok || !inRange(n, k) {
				return Value{}, rangeError(v, c)
			}
			return integerOf(n, k), nil
		}
	case Numeric:
		if isNumberKind(v.kind) {
			return assignNumeric(v, c)
		}
	case Null, Object:
		return v, nil
	}
	return Cast(v, c)
}

func assignNumeric(v Value, c Class) (Value, error) {
	d := v
	if v.kind == Double {
		var ok bool
		if d, ok = numericOfShortest(v.Double()); !ok {
			return Value{}, rangeError(v, c)
		}
	}
	if c.Prec < 0 {
		d.kind = Numeric
		return d, nil
	}
	d = rescale(d, int(c.Scale))
	if !fits(d, c) {
		return Value{}, rangeError(v, c)
	}
	return d, nil
}

func rangeError(v Value, c Class) error {
	return Errorf(CodeRange, "the number %s is out of the range of %s", TextOf(v), c)
}
