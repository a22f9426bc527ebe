package value

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
)

// ParseText reads a value of class c from outside text as the interfaces do:
// command-line arguments, HTTP parameters, CSV and XML fields (decision 39).
// An empty text is NULL for every class but files, JSON, JSONTEXT and XML. A
// number is trimmed, takes a comma for the point, and rounds to the scale of c;
// BOOLEAN is "true" in any case, all else NULL; dates are read in the forms of
// ISO and of many other countries; a file is base64. A text of no such value is
// an *Error with CodeFormat or CodeRange. Objects are read as ids.
func ParseText(text string, c Class) (Value, error) {
	switch k := c.Kind(); k {
	case File:
		data, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(text))
		if err != nil {
			return Value{}, badText(text, c)
		}
		f := &FileData{Bytes: data}
		switch c.Name {
		case NameFile:
			f.Ext = "dat"
		case NameNamedFile:
			f.Ext, f.Name = "dat", "file"
		}
		return FileOf(c.Name, f), nil
	case JSON:
		return parseJSONText(text, c)
	case Opaque:
		if text == "" && c.Name != NameXML {
			return Value{}, nil
		}
		return OpaqueOf(c.Name, text), nil
	}
	if text == "" {
		return Value{}, nil
	}
	trimmed := strings.TrimSpace(text)
	switch k := c.Kind(); k {
	case Text:
		return String(fitText(validText(text), c)), nil
	case Boolean:
		return Bool(strings.EqualFold(text, "true")), nil
	case TBoolean:
		switch {
		case strings.EqualFold(text, "true"):
			return TTrue, nil
		case strings.EqualFold(text, "false"):
			return TFalse, nil
		}
		return Value{}, nil
	case Integer, Year, Long, Object:
		if trimmed == "" {
			return Value{}, nil
		}
		bits := 64
		if k == Integer || k == Year {
			bits = 32
		}
		n, err := strconv.ParseInt(trimmed, 10, bits)
		if err != nil {
			return Value{}, badText(text, c)
		}
		return Of(k, n), nil
	case Numeric:
		if trimmed == "" {
			return Value{}, nil
		}
		d, ok := parseDecimal(strings.Replace(trimmed, ",", ".", 1), true)
		if !ok {
			return Value{}, badText(text, c)
		}
		return assignNumeric(d, c)
	case Double:
		if trimmed == "" {
			return Value{}, nil
		}
		return parseDouble(trimmed, text, c)
	case Date, Time, DateTime, ZDateTime:
		if trimmed == "" {
			return Value{}, nil
		}
		return parseTemporal(trimmed, c)
	case Interval:
		return parseInterval(text, c)
	case Color:
		return parseColor(trimmed, c)
	}
	return Value{}, Errorf(CodeOperands, "a text cannot be read as %s", c)
}

// parseJSONText takes a text for JSON or JSONTEXT: valid JSON is normalised for
// JSON, anything else is kept and fails where it is used.
func parseJSONText(text string, c Class) (Value, error) {
	if c.Name == NameJSON {
		if normal, err := NormalizeJSON(text); err == nil {
			text = normal
		}
	}
	return JSONText(c.Name, text), nil
}

func parseDouble(trimmed, text string, c Class) (Value, error) {
	switch trimmed {
	case "NaN":
		return Float(math.NaN()), nil
	case "Infinity", "+Infinity":
		return Float(math.Inf(1)), nil
	case "-Infinity":
		return Float(math.Inf(-1)), nil
	}
	for i := 0; i < len(trimmed); i++ {
		if b := trimmed[i]; (b < '0' || b > '9') && !strings.ContainsRune("+-.,eE", rune(b)) {
			return Value{}, badText(text, c)
		}
	}
	f, err := strconv.ParseFloat(strings.Replace(trimmed, ",", ".", 1), 64)
	if err != nil {
		return Value{}, badText(text, c)
	}
	return Float(f), nil
}

// parseColor reads the signed number that a colour is written as, else the last
// six characters as red, green and blue in hexadecimal.
func parseColor(s string, c Class) (Value, error) {
	if strings.HasPrefix(s, "-") {
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil {
			return Value{}, badText(s, c)
		}
		return Of(Color, n&0xFFFFFF), nil
	}
	if len(s) < 6 {
		return Value{}, badText(s, c)
	}
	n, err := strconv.ParseUint(s[len(s)-6:], 16, 32)
	if err != nil {
		return Value{}, badText(s, c)
	}
	return Of(Color, int64(n)), nil
}

func parseInterval(s string, c Class) (Value, error) {
	from, to, ok := strings.Cut(s, " - ")
	if !ok || strings.TrimSpace(from) == "" || strings.TrimSpace(to) == "" {
		return Value{}, badText(s, c)
	}
	var element Class
	switch intervalKind(c.Name) {
	case Date:
		element = ClassDate
	case Time:
		element = ClassTime
	case ZDateTime:
		element = Class{Name: NameZDateTime}
	default:
		element = ClassDateTime
	}
	f, err := parseTemporal(strings.TrimSpace(from), element)
	if err != nil {
		return Value{}, err
	}
	t, err := parseTemporal(strings.TrimSpace(to), element)
	if err != nil {
		return Value{}, err
	}
	if f.n > t.n {
		return Value{}, nil
	}
	return IntervalOf(c.Name, f.n, t.n), nil
}

func parseTemporal(s string, c Class) (Value, error) {
	var v Value
	ok := false
	switch c.Kind() {
	case Time:
		sc := scanner{s}
		if micros, good := sc.clock(); good && sc.s == "" {
			v, ok = Of(Time, micros%microsPerDay), true
		}
	case ZDateTime:
		v, ok = parseInstant(s)
	default:
		v, ok = parseCivil(s, c.Kind())
	}
	if !ok {
		return Value{}, badText(s, c)
	}
	return v, nil
}

// parseInstant reads yyyy-MM-ddTHH:mm[:ss[.f]] with Z or an offset, and a zone
// name in brackets that it ignores.
func parseInstant(s string) (Value, bool) {
	if i := strings.IndexByte(s, '['); i > 0 && strings.HasSuffix(s, "]") {
		s = s[:i]
	}
	m, ok := isoMoment(s)
	if !ok || !m.hasZone {
		return Value{}, false
	}
	return Of(ZDateTime, m.days*microsPerDay+m.micros-m.offset), true
}

// isoMoment reads yyyy-MM-ddTHH:mm[:ss[.f]][Z|+HH:MM].
func isoMoment(s string) (m moment, ok bool) {
	sc := scanner{s}
	d, ok := sc.isoDate()
	if !ok || !sc.byte('T') && !sc.byte('t') {
		return m, false
	}
	m.days, m.hasDate, m.hasTime = d, true, true
	if sc.digits() != 2 {
		return m, false
	}
	if m.micros, ok = sc.clock(); !ok || m.micros >= microsPerDay {
		return m, false
	}
	if sc.s != "" {
		if sc.s[0] != 'Z' && sc.s[0] != 'z' && len(sc.s) > 3 && sc.s[3] != ':' {
			return m, false
		}
		m.hasZone = true
		m.offset, ok = sc.zone()
	}
	return m, ok && sc.s == ""
}

func (c *scanner) isoDate() (days int64, ok bool) {
	if c.digits() != 4 {
		return 0, false
	}
	y, _, _ := c.number(4, 4)
	ok = c.byte('-') && c.digits() == 2
	m, _, _ := c.number(1, 2)
	ok = ok && c.byte('-') && c.digits() == 2
	d, _, _ := c.number(1, 2)
	v, valid := NewDate(y, m, d)
	return v.n, ok && valid
}

// The layouts of dates beside ISO: DD and MM two digits, YYYY and YY the year,
// N a month's English name. A day beyond the end of the month is its last day.
var dateLayouts = [...]string{
	"DD.MM.YY", "YYYYMMDD", "DD-MM-YYYY", "DD.MM.YYYY", "YYYY-MM-DD", "MM/DD/YYYY", "YYYY/MM/DD", "DD N YYYY",
}

// parseCivil reads a DATE or DATETIME.
func parseCivil(s string, k Kind) (Value, bool) {
	result := func(days, micros int64) (Value, bool) {
		if k == Date {
			return Of(Date, days), true
		}
		return Of(DateTime, days*microsPerDay+micros), true
	}
	if m, ok := isoMoment(s); ok && (m.hasZone || k == DateTime) {
		return result(m.days, m.micros)
	}
	for _, layout := range dateLayouts {
		sc := scanner{s}
		days, ok := sc.layout(layout)
		if !ok {
			continue
		}
		if sc.s == "" {
			return result(days, 0)
		}
		if layout == "YYYY-MM-DD" && (sc.s[0] == '+' || sc.s[0] == '-') {
			if _, ok := sc.zone(); ok && sc.s == "" {
				return result(days, 0)
			}
			continue
		}
		if micros, ok := sc.layoutClock(layout); ok && sc.s == "" {
			return result(days, micros)
		}
	}
	return Value{}, false
}

func (c *scanner) layout(layout string) (days int64, ok bool) {
	y, m, d := 0, 0, 0
	for layout != "" {
		var least int
		var target *int
		switch {
		case strings.HasPrefix(layout, "YYYY"):
			least, target = 4, &y
		case strings.HasPrefix(layout, "YY"):
			least, target = 2, &y
		case strings.HasPrefix(layout, "MM"):
			least, target = 2, &m
		case strings.HasPrefix(layout, "DD"):
			least, target = 2, &d
		case layout[0] == 'N':
			if m, ok = c.monthName(); !ok {
				return 0, false
			}
			layout = layout[1:]
			continue
		default:
			if !c.byte(layout[0]) {
				return 0, false
			}
			layout = layout[1:]
			continue
		}
		if *target, _, ok = c.number(least, least); !ok {
			return 0, false
		}
		if least == 2 && target == &y {
			y += 2000
		}
		layout = layout[least:]
	}
	if m < 1 || m > 12 || d < 1 || d > 31 || y < 1 {
		return 0, false
	}
	return DayOf(y, m, min(d, DaysIn(y, m))), true
}

// monthNames are the English month names; three letters suffice.
var monthNames = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

func (c *scanner) monthName() (month int, ok bool) {
	end := strings.IndexByte(c.s, ' ')
	if end < 3 {
		return 0, false
	}
	word := strings.ToLower(c.s[:end])
	for i, name := range monthNames {
		if word == name || word == name[:3] {
			c.s = c.s[end:]
			return i + 1, true
		}
	}
	return 0, false
}

// layoutClock reads the time after a date: " H:mm[:ss[.f]]", "THH:mm:ss[.f]",
// and HHmm[ss] after YYYYMMDD.
func (c *scanner) layoutClock(layout string) (micros int64, ok bool) {
	if layout == "YYYYMMDD" {
		saved := c.s
		c.byte(' ')
		if n := c.digits(); n == len(c.s) && (n == 4 || n == 6) {
			h, _, _ := c.number(2, 2)
			m, _, _ := c.number(2, 2)
			s, _, _ := c.number(0, 2)
			v, ok := NewTime(h, m, s, 0)
			return v.n, ok
		}
		c.s = saved
	}
	if !c.byte(' ') {
		if !c.byte('T') || strings.Count(c.s, ":") < 2 {
			return 0, false
		}
	}
	if strings.IndexByte(c.s, '.') >= 0 && layout != "YYYY-MM-DD" {
		return 0, false
	}
	micros, ok = c.clock()
	return micros, ok && micros < microsPerDay
}
