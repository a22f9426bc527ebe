package value

import (
	"strconv"
	"strings"
	"time"
)

// Days of 0001-01-01 and 294275-12-31, the bounds of dates.
const (
	minDay = -719162
	maxDay = 106751991
)

// DayOf is the number of days from 1970-01-01 to a date of the Gregorian
// calendar; month and day out of range carry over (month 13 is next January).
func DayOf(year, month, day int) int64 {
	month--
	year += month / 12
	if month %= 12; month < 0 {
		month += 12
		year--
	}
	m := month + 1
	y := int64(year)
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	mp := int64((m + 9) % 12)
	doy := (153*mp+2)/5 + int64(day) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// CivilOf is the date of a number of days from 1970-01-01.
func CivilOf(days int64) (year, month, day int) {
	z := days + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp) + 3
	if month > 12 {
		month -= 12
	}
	year = int(yoe + era*400)
	if month <= 2 {
		year++
	}
	return year, month, day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// DaysIn is the number of days of a month (1..12).
func DaysIn(year, month int) int { return int(DayOf(year, month+1, 1) - DayOf(year, month, 1)) }

// NewDate, NewTime and NewDateTime make values from calendar parts; ok is false
// when a part is out of range.
func NewDate(year, month, day int) (v Value, ok bool) {
	if year < 1 || year > 294275 || month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) {
		return Value{}, false
	}
	return Of(Date, DayOf(year, month, day)), true
}

// NewTime makes a TIME: see NewDate. micros is the part below a second.
func NewTime(hour, minute, second, micros int) (v Value, ok bool) {
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || micros < 0 || micros > 999_999 {
		return Value{}, false
	}
	return Of(Time, int64((hour*60+minute)*60+second)*1_000_000+int64(micros)), true
}

// NewDateTime joins a DATE and a TIME value; NULL when either is NULL.
func NewDateTime(date, clock Value) Value {
	if date.kind != Date || clock.kind != Time {
		return Value{}
	}
	return Of(DateTime, date.n*microsPerDay+clock.n)
}

// GoTime is a DATE, DATETIME or ZDATETIME as a time in UTC (a DATETIME's own
// clock); ok is false for other values.
func (v Value) GoTime() (t time.Time, ok bool) {
	switch v.kind {
	case Date:
		return time.Unix(v.n*24*3600, 0).UTC(), true
	case DateTime, ZDateTime:
		return time.UnixMicro(v.n).UTC(), true
	}
	return t, false
}

// DateTimeOf is the DATETIME that a clock in t's zone shows, ZDateTimeOf the
// moment t; both drop what is below a microsecond.
func DateTimeOf(t time.Time) Value {
	_, offset := t.Zone()
	return Of(DateTime, t.UnixMicro()+int64(offset)*1_000_000)
}

// ZDateTimeOf: see DateTimeOf.
func ZDateTimeOf(t time.Time) Value { return Of(ZDateTime, t.UnixMicro()) }

func appendInt(dst []byte, n, width int) []byte {
	var buf [20]byte
	s := strconv.AppendInt(buf[:0], int64(n), 10)
	for i := len(s); i < width; i++ {
		dst = append(dst, '0')
	}
	return append(dst, s...)
}

func appendDate(dst []byte, days int64) []byte {
	y, m, d := CivilOf(days)
	dst = append(appendInt(dst, y, 4), '-')
	dst = append(appendInt(dst, m, 2), '-')
	return appendInt(dst, d, 2)
}

// appendClock writes HH:MM:SS and the fraction without trailing zeros.
func appendClock(dst []byte, micros int64) []byte {
	s := int(micros / 1_000_000)
	dst = append(appendInt(dst, s/3600, 2), ':')
	dst = append(appendInt(dst, s/60%60, 2), ':')
	dst = appendInt(dst, s%60, 2)
	if f := int(micros % 1_000_000); f != 0 {
		dst = appendInt(append(dst, '.'), f, 6)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return dst
}

func appendDateTime(dst []byte, micros int64, sep byte) []byte {
	days := floorDiv(micros, microsPerDay)
	return appendClock(append(appendDate(dst, days), sep), micros-days*microsPerDay)
}

// moment is what a date or time text says.
type moment struct {
	days    int64
	micros  int64
	offset  int64 // microseconds east of UTC, when hasZone
	hasDate bool
	hasTime bool
	hasZone bool
}

// scanner reads a text from the left.
type scanner struct {
	s string
}

func (c *scanner) byte(b byte) bool {
	if c.s != "" && c.s[0] == b {
		c.s = c.s[1:]
		return true
	}
	return false
}

// number reads between least and most digits.
func (c *scanner) number(least, most int) (n, width int, ok bool) {
	for width < len(c.s) && width < most && c.s[width] >= '0' && c.s[width] <= '9' {
		n = n*10 + int(c.s[width]-'0')
		width++
	}
	if width < least {
		return 0, 0, false
	}
	c.s = c.s[width:]
	return n, width, true
}

func (c *scanner) digits() int {
	n := 0
	for n < len(c.s) && c.s[n] >= '0' && c.s[n] <= '9' {
		n++
	}
	return n
}

// fraction reads an optional ".digits" as microseconds, rounded.
func (c *scanner) fraction(most int) (micros int64, ok bool) {
	if !c.byte('.') {
		return 0, true
	}
	n, width, ok := c.number(1, most)
	if !ok {
		return 0, false
	}
	for ; width < 6; width++ {
		n *= 10
	}
	for ; width > 7; width-- {
		n /= 10
	}
	if width == 7 {
		n = (n + 5) / 10
	}
	return int64(n), true
}

// clock reads H:MM[:SS[.f]].
func (c *scanner) clock() (micros int64, ok bool) {
	h, _, ok := c.number(1, 2)
	if !ok || !c.byte(':') {
		return 0, false
	}
	m, _, ok := c.number(2, 2)
	if !ok || h > 24 || m > 59 {
		return 0, false
	}
	s, f := 0, int64(0)
	if c.byte(':') {
		if s, _, ok = c.number(2, 2); !ok || s > 59 {
			return 0, false
		}
		if f, ok = c.fraction(9); !ok {
			return 0, false
		}
	}
	micros = int64((h*60+m)*60+s)*1_000_000 + f
	return micros, micros <= microsPerDay
}

// zone reads Z, +HH, +HH:MM or +HHMM.
func (c *scanner) zone() (offset int64, ok bool) {
	if c.byte('Z') || c.byte('z') {
		return 0, true
	}
	sign := int64(1)
	if c.byte('-') {
		sign = -1
	} else if !c.byte('+') {
		return 0, false
	}
	h, _, ok := c.number(1, 2)
	if !ok || h > 18 {
		return 0, false
	}
	m := 0
	if c.byte(':') || c.digits() == 2 {
		if m, _, ok = c.number(2, 2); !ok || m > 59 {
			return 0, false
		}
	}
	return sign * int64(h*60+m) * 60_000_000, true
}

// parseMoment reads a date, a time or both as the conversions DATE(text),
// TIME(text), DATETIME(text) and ZDATETIME(text) do: ISO forms, one-digit
// months and days, YYYYMMDD, DD.MM.YYYY; days beyond the month are refused.
func parseMoment(text string) (m moment, ok bool) {
	c := scanner{strings.TrimSpace(text)}
	if n := c.digits(); n <= 2 && n < len(c.s) && c.s[n] == ':' {
		m.hasTime = true
		m.micros, ok = c.clock()
	} else {
		m.hasDate = true
		if m.days, ok = c.date(); ok && (c.byte(' ') || c.byte('T')) {
			c.s = strings.TrimLeft(c.s, " ")
			m.hasTime = true
			m.micros, ok = c.clock()
		}
	}
	if !ok {
		return m, false
	}
	c.s = strings.TrimLeft(c.s, " ")
	if c.s != "" && m.hasTime {
		m.hasZone = true
		m.offset, ok = c.zone()
	}
	return m, ok && c.s == ""
}

func (c *scanner) date() (days int64, ok bool) {
	var y, m, d int
	switch n := c.digits(); {
	case n == 8:
		y, _, _ = c.number(4, 4)
		m, _, _ = c.number(2, 2)
		d, _, _ = c.number(2, 2)
	case n >= 4 && n <= 6:
		y, _, _ = c.number(4, 6)
		sep := byte('-')
		if c.s != "" && (c.s[0] == '/' || c.s[0] == '.') {
			sep = c.s[0]
		}
		var ok1, ok2 bool
		if !c.byte(sep) {
			return 0, false
		}
		if m, _, ok1 = c.number(1, 2); !ok1 || !c.byte(sep) {
			return 0, false
		}
		if d, _, ok2 = c.number(1, 2); !ok2 {
			return 0, false
		}
	case n >= 1 && n <= 2:
		d, _, _ = c.number(1, 2)
		if !c.byte('.') {
			return 0, false
		}
		if m, _, ok = c.number(1, 2); !ok || !c.byte('.') {
			return 0, false
		}
		if y, _, ok = c.number(4, 4); !ok {
			return 0, false
		}
	default:
		return 0, false
	}
	v, ok := NewDate(y, m, d)
	return v.n, ok
}

// ParseDateLiteral reads the literals 2024_01_31, 2024_01_31_10:20[:30] and
// 10:20[:30] of the language; ok is false for any other text and for parts out
// of range.
func ParseDateLiteral(text string) (v Value, ok bool) {
	c := scanner{text}
	if n := c.digits(); n <= 2 {
		micros, ok := c.clock()
		return Of(Time, micros), ok && c.s == "" && micros < microsPerDay
	}
	y, _, ok1 := c.number(4, 4)
	ok = ok1 && c.byte('_')
	m, _, ok2 := c.number(2, 2)
	ok = ok && ok2 && c.byte('_')
	d, _, ok3 := c.number(2, 2)
	if !ok || !ok3 {
		return v, false
	}
	if v, ok = NewDate(y, m, d); !ok || c.s == "" {
		return v, ok
	}
	if !c.byte('_') {
		return Value{}, false
	}
	micros, ok := c.clock()
	return Of(DateTime, v.n*microsPerDay+micros), ok && c.s == "" && micros < microsPerDay
}
