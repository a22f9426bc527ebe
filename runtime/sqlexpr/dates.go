package sqlexpr

import (
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// clockParts are the parts of a date, time or interval.
type clockParts struct {
	year, month, day     int
	hour, minute, second int
	micros               int // below the second
	days                 int64
	isSpan               bool
}

func partsOf(d datum) (clockParts, error) {
	var p clockParts
	micros := int64(0)
	switch {
	case d.span != nil:
		s := d.span
		p.isSpan = true
		p.year, p.month, p.day = int(s.months/12), int(s.months%12), int(s.days)
		h := s.micros / 3_600_000_000
		p.hour, micros = int(h), s.micros-h*3_600_000_000
	case d.Kind() == value.Time:
		p.hour, micros = int(d.Num()/3_600_000_000), d.Num()%3_600_000_000
		p.year, p.month, p.day = 1, 1, 1
	case isTime(d):
		m := microsOf(d)
		p.days = m / microsPerDay
		if m %= microsPerDay; m < 0 {
			m += microsPerDay
			p.days--
		}
		p.year, p.month, p.day = value.CivilOf(p.days)
		p.hour, micros = int(m/3_600_000_000), m%3_600_000_000
	default:
		return p, errorf("%s is no date or time", typeWord(d))
	}
	p.minute = int(micros / 60_000_000)
	p.second = int(micros / 1_000_000 % 60)
	p.micros = int(micros % 1_000_000)
	return p, nil
}

// dow is 0 for Sunday, doy counts from 1.
func (p clockParts) dow() int {
	n := int((p.days + 4) % 7)
	if n < 0 {
		n += 7
	}
	return n
}

func (p clockParts) isoDow() int { return (p.dow()+6)%7 + 1 }

func (p clockParts) doy() int { return int(p.days-value.DayOf(p.year, 1, 1)) + 1 }

// isoWeek gives the year and week of ISO 8601.
func (p clockParts) isoWeek() (year, week int) {
	thursday := p.days + int64(4-p.isoDow())
	year, _, _ = value.CivilOf(thursday)
	return year, int(thursday-value.DayOf(year, 1, 1))/7 + 1
}

// extract is extract(field FROM d).
func extract(field string, d datum) (datum, error) {
	field = strings.TrimSuffix(strings.ToLower(field), "s")
	if field == "epoch" {
		switch {
		case d.span != nil:
			return some(value.Decimal(d.span.epoch(), 6)), nil
		case d.Kind() == value.Date:
			return some(value.Decimal(d.Num()*86400, 0)), nil
		case isTime(d):
			return some(value.Decimal(d.Num(), 6)), nil
		}
	}
	p, err := partsOf(d)
	if err != nil {
		return datum{}, err
	}
	onlyDate := d.Kind() != value.Time && d.span == nil
	onlyTime := d.Kind() != value.Date
	whole := func(n int, ok bool) (datum, error) {
		if !ok {
			return datum{}, errorf("%s has no %s", typeWord(d), field)
		}
		return some(value.Decimal(int64(n), 0)), nil
	}
	switch field {
	case "year":
		return whole(p.year, onlyDate || p.isSpan)
	case "month", "mon":
		return whole(p.month, onlyDate || p.isSpan)
	case "day":
		return whole(p.day, onlyDate || p.isSpan)
	case "hour":
		return whole(p.hour, onlyTime)
	case "minute", "min":
		return whole(p.minute, onlyTime)
	case "second", "sec":
		return some(value.Decimal(int64(p.second)*1_000_000+int64(p.micros), 6)), nil
	case "millisecond":
		return some(value.Decimal(int64(p.second)*1_000_000+int64(p.micros), 3)), nil
	case "microsecond":
		return whole(p.second*1_000_000+p.micros, onlyTime)
	case "dow":
		return whole(p.dow(), onlyDate)
	case "isodow":
		return whole(p.isoDow(), onlyDate)
	case "doy":
		return whole(p.doy(), onlyDate)
	case "week":
		_, w := p.isoWeek()
		return whole(w, onlyDate)
	case "isoyear":
		y, _ := p.isoWeek()
		return whole(y, onlyDate)
	case "quarter":
		return whole((p.month-1)/3+1, onlyDate)
	case "decade":
		return whole(p.year/10, onlyDate)
	case "century":
		return whole((p.year+99)/100, onlyDate)
	case "millennium":
		return whole((p.year+999)/1000, onlyDate)
	case "timezone":
		return whole(0, d.Kind() == value.ZDateTime)
	case "julian":
		return whole(int(p.days+2440588), onlyDate)
	}
	return datum{}, errorf("the part '%s' of a date is not known", field)
}

// truncate is date_trunc(field, d): a DATE becomes a timestamp.
func truncate(field string, d datum) (datum, error) {
	if d.span != nil {
		return truncateSpan(field, *d.span)
	}
	p, err := partsOf(d)
	if err != nil {
		return datum{}, err
	}
	unit := int64(0)
	k := d.Kind()
	if k == value.Date {
		k = value.DateTime
	}
	day := func(y, m, dd int) (datum, error) {
		return some(value.Of(k, value.DayOf(y, m, dd)*microsPerDay)), nil
	}
	switch strings.TrimSuffix(strings.ToLower(field), "s") {
	case "microsecond":
		unit = 1
	case "millisecond":
		unit = 1000
	case "second":
		unit = 1_000_000
	case "minute":
		unit = 60_000_000
	case "hour":
		unit = 3_600_000_000
	case "day":
		unit = microsPerDay
	case "week":
		return some(value.Of(k, (p.days-int64(p.isoDow()-1))*microsPerDay)), nil
	case "month":
		return day(p.year, p.month, 1)
	case "quarter":
		return day(p.year, (p.month-1)/3*3+1, 1)
	case "year":
		return day(p.year, 1, 1)
	case "decade":
		return day(p.year/10*10, 1, 1)
	case "century":
		return day((p.year-1)/100*100+1, 1, 1)
	default:
		return datum{}, errorf("the part '%s' of a date is not known", field)
	}
	m := microsOf(d)
	rest := m % unit
	if rest < 0 {
		rest += unit
	}
	if k == value.Time {
		return datum{span: &span{micros: m - rest}}, nil
	}
	return some(value.Of(k, m-rest)), nil
}

func truncateSpan(field string, s span) (datum, error) {
	cut := func(unit int64) span { return span{s.months, s.days, s.micros - s.micros%unit} }
	var out span
	switch strings.TrimSuffix(strings.ToLower(field), "s") {
	case "second":
		out = cut(1_000_000)
	case "minute":
		out = cut(60_000_000)
	case "hour":
		out = cut(3_600_000_000)
	case "day":
		out = span{months: s.months, days: s.days}
	case "month":
		out = span{months: s.months}
	case "year":
		out = span{months: s.months / 12 * 12}
	default:
		return datum{}, errorf("the part '%s' of an interval is not known", field)
	}
	return datum{span: &out}, nil
}

var (
	monthWords = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	dayWords   = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	romans     = [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}
)

// dateWords are the words of a date pattern, longer ones first.
var dateWords = [...]string{
	"Y,YYY", "MONTH", "SSSSS", "YYYY", "IYYY", "IDDD", "SSSS", "HH24", "HH12", "A.M.", "P.M.", "A.D.", "B.C.",
	"YYY", "IYY", "DAY", "DDD", "MON", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "TZH", "TZM",
	"HH", "MI", "SS", "MS", "US", "AM", "PM", "AD", "BC", "YY", "IY", "MM", "DD", "DY", "ID", "IW", "WW", "CC", "RM", "TZ", "OF", "Y", "I", "D", "W", "J", "Q",
}

// patternPart is one word or one literal text of a date pattern.
type patternPart struct {
	word    string // in upper case; "" for a literal
	written string // as the pattern writes it
	fill    bool   // without FM
	suffix  string // TH or th
}

func parsePattern(pattern string) []patternPart {
	var parts []patternPart
	literal := func(s string) {
		if n := len(parts); n > 0 && parts[n-1].word == "" {
			parts[n-1].written += s
		} else {
			parts = append(parts, patternPart{written: s})
		}
	}
next:
	for i := 0; i < len(pattern); {
		if pattern[i] == '"' {
			s := pattern[i+1:]
			end := strings.IndexByte(s, '"')
			if end < 0 {
				end = len(s)
			}
			literal(s[:end])
			i += end + 2
			continue
		}
		fill, start := true, i
		if rest := strings.ToUpper(pattern[i:min(i+2, len(pattern))]); rest == "FM" || rest == "TM" || rest == "FX" {
			fill = rest != "FM" && rest != "TM"
			start = i + 2
			if rest == "FX" || start >= len(pattern) {
				i = start
				continue
			}
		}
		for _, w := range dateWords {
			if len(pattern)-start < len(w) || !strings.EqualFold(pattern[start:start+len(w)], w) {
				continue
			}
			p := patternPart{word: w, written: pattern[start : start+len(w)], fill: fill}
			i = start + len(w)
			if i+2 <= len(pattern) && (pattern[i:i+2] == "TH" || pattern[i:i+2] == "th") {
				p.suffix = pattern[i : i+2]
				i += 2
			}
			parts = append(parts, p)
			continue next
		}
		if start > i {
			i = start
			continue
		}
		if pattern[i] == '\\' && i+1 < len(pattern) {
			i++
		}
		literal(pattern[i : i+1])
		i++
	}
	return parts
}

// cased writes a word as the pattern writes its own: MONTH, Month, month.
func cased(word, written string, width int, fill bool) string {
	switch {
	case strings.ToUpper(written) == written:
		word = strings.ToUpper(word)
	case strings.ToLower(written) == written:
		word = strings.ToLower(word)
	}
	if fill && len(word) < width {
		word += strings.Repeat(" ", width-len(word))
	}
	return word
}

// formatDate is to_char of a date, time or interval.
func formatDate(d datum, pattern string) (string, error) {
	p, err := partsOf(d)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, part := range parsePattern(pattern) {
		if part.word == "" {
			b.WriteString(part.written)
			continue
		}
		num := func(n, width int) {
			s := strconv.Itoa(n)
			if n < 0 {
				s = s[1:]
			}
			if part.fill && len(s) < width {
				s = strings.Repeat("0", width-len(s)) + s
			}
			if n < 0 {
				s = "-" + s
			}
			b.WriteString(s + ordinal(n, part.suffix))
		}
		p.formatPart(&b, part, num)
	}
	return b.String(), nil
}

func ordinal(n int, suffix string) string {
	if suffix == "" {
		return ""
	}
	s := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			s = "st"
		case 2:
			s = "nd"
		case 3:
			s = "rd"
		}
	}
	if suffix == "TH" {
		return strings.ToUpper(s)
	}
	return s
}

func (p clockParts) formatPart(b *strings.Builder, part patternPart, num func(n, width int)) {
	isoYear, isoWeek := 0, 0
	if !p.isSpan {
		isoYear, isoWeek = p.isoWeek()
	}
	month := max(min(p.month, 12), 1)
	twelve := p.hour % 12
	if twelve == 0 && !p.isSpan {
		twelve = 12
	}
	switch part.word {
	case "YYYY":
		num(p.year, 4)
	case "YYY":
		num(p.year%1000, 3)
	case "YY":
		num(p.year%100, 2)
	case "Y":
		num(p.year%10, 1)
	case "Y,YYY":
		num(p.year/1000, 1)
		b.WriteByte(',')
		num(p.year%1000, 3)
	case "IYYY":
		num(isoYear, 4)
	case "IYY":
		num(isoYear%1000, 3)
	case "IY":
		num(isoYear%100, 2)
	case "I":
		num(isoYear%10, 1)
	case "MM":
		num(p.month, 2)
	case "MONTH":
		b.WriteString(cased(monthWords[month-1], part.written, 9, part.fill))
	case "MON":
		b.WriteString(cased(monthWords[month-1][:3], part.written, 0, false))
	case "RM":
		b.WriteString(cased(romans[month-1], part.written, 4, part.fill))
	case "DD":
		num(p.day, 2)
	case "DDD":
		num(p.doy(), 3)
	case "D":
		num(p.dow()+1, 1)
	case "ID":
		num(p.isoDow(), 1)
	case "IDDD":
		num((isoWeek-1)*7+p.isoDow(), 3)
	case "DAY":
		b.WriteString(cased(dayWords[p.dow()], part.written, 9, part.fill))
	case "DY":
		b.WriteString(cased(dayWords[p.dow()][:3], part.written, 0, false))
	case "WW":
		num((p.doy()-1)/7+1, 2)
	case "W":
		num((p.day-1)/7+1, 1)
	case "IW":
		num(isoWeek, 2)
	case "CC":
		num((p.year+99)/100, 2)
	case "Q":
		num((month-1)/3+1, 1)
	case "J":
		num(int(p.days+2440588), 7)
	case "HH", "HH12":
		num(twelve, 2)
	case "HH24":
		num(p.hour, 2)
	case "MI":
		num(p.minute, 2)
	case "SS":
		num(p.second, 2)
	case "MS", "FF3":
		num(p.micros/1000, 3)
	case "US", "FF6":
		num(p.micros, 6)
	case "FF1":
		num(p.micros/100_000, 1)
	case "FF2":
		num(p.micros/10_000, 2)
	case "FF4":
		num(p.micros/100, 4)
	case "FF5":
		num(p.micros/10, 5)
	case "SSSS", "SSSSS":
		num((p.hour*60+p.minute)*60+p.second, 1)
	case "AM", "PM", "A.M.", "P.M.":
		s := "AM"
		if p.hour >= 12 {
			s = "PM"
		}
		if strings.Contains(part.word, ".") {
			s = s[:1] + ".M."
		}
		b.WriteString(cased(s, part.written, 0, false))
	case "AD", "BC":
		b.WriteString(cased("AD", part.written, 0, false))
	case "A.D.", "B.C.":
		b.WriteString(cased("A.D.", part.written, 0, false))
	case "TZ":
		b.WriteString(cased("UTC", part.written, 0, false))
	case "OF", "TZH":
		b.WriteString("+00")
	case "TZM":
		b.WriteString("00")
	}
}

// readDate is to_timestamp(s, pattern) and to_date: the days and microseconds
// that s says.
func readDate(s, pattern string) (days, micros int64, err error) {
	r := dateReader{rest: s, year: 1, month: 1, day: 1, isoDay: 1}
	bad := func(why string) error {
		return value.Errorf(value.CodeFormat, "%q is not a date of the form %q: %s", value.CutText(s, 60), value.CutText(pattern, 60), why)
	}
	parts := parsePattern(pattern)
	for i, part := range parts {
		if part.word == "" {
			r.literal(part.written)
			continue
		}
		adjacent := i+1 < len(parts) && parts[i+1].word != "" // digits follow at once
		r.rest = strings.TrimLeft(r.rest, " ")
		if r.rest == "" {
			break
		}
		if !r.part(part, adjacent) {
			return 0, 0, bad("'" + part.written + "' does not fit " + strconv.Quote(value.CutText(r.rest, 20)))
		}
	}
	days, ok := r.date()
	if !ok {
		return 0, 0, bad("the date does not exist")
	}
	if r.hour > 23 && (r.hour > 24 || r.minute+r.second+r.micros > 0) || r.minute > 59 || r.second > 59 {
		return 0, 0, bad("the time does not exist")
	}
	return days, int64((r.hour*60+r.minute)*60+r.second)*1_000_000 + int64(r.micros) - r.offset, nil
}

type dateReader struct {
	rest                 string
	year, month, day     int
	doy, isoWeek, isoDay int
	hour, minute, second int
	micros               int
	twelve, pm           bool
	julian               int64
	offset               int64
}

// literal passes the separators of the pattern; any separator fits another.
func (r *dateReader) literal(s string) {
	for _, c := range s {
		if r.rest == "" {
			return
		}
		first := rune(r.rest[0])
		separator := !(first >= '0' && first <= '9' || first|0x20 >= 'a' && first|0x20 <= 'z' || first >= 0x80)
		letter := c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
		switch {
		case strings.HasPrefix(r.rest, string(c)):
			r.rest = r.rest[len(string(c)):]
		case letter || separator && first != '-' && first != '+':
			r.rest = r.rest[1:]
		}
	}
}

// number reads digits: at most width when more digits follow in the pattern.
func (r *dateReader) number(width int, adjacent bool) (n int, ok bool) {
	limit := width
	if !adjacent {
		limit = 9
	}
	i := 0
	if r.rest != "" && r.rest[0] == '+' {
		r.rest = r.rest[1:]
	}
	for i < len(r.rest) && i < limit && r.rest[i] >= '0' && r.rest[i] <= '9' {
		n = n*10 + int(r.rest[i]-'0')
		i++
	}
	r.rest = r.rest[i:]
	return n, i > 0
}

// word finds one of the words, or its first three letters, at the start.
func (r *dateReader) word(words []string, short bool) (int, bool) {
	for i, w := range words {
		for _, form := range []string{w, w[:min(3, len(w))]} {
			if len(r.rest) >= len(form) && strings.EqualFold(r.rest[:len(form)], form) && (!short || len(form) == 3) {
				r.rest = r.rest[len(form):]
				return i, true
			}
		}
	}
	return 0, false
}

func (r *dateReader) part(p patternPart, adjacent bool) (ok bool) {
	var n int
	set := func(target *int, width, least, most int) bool {
		v, good := r.number(width, adjacent)
		*target = v
		return good && v >= least && v <= most
	}
	switch p.word {
	case "YYYY", "IYYY":
		return set(&r.year, 4, 0, 999_999)
	case "YYY", "YY", "Y", "IYY", "IY", "I":
		before := len(r.rest)
		width := len(strings.TrimPrefix(p.word, "I"))
		if p.word == "I" {
			width = 1
		}
		if p.word == "IY" || p.word == "IYY" {
			width = len(p.word)
		}
		if ok = set(&n, width, 0, 999_999); ok {
			r.year = nearYear(n, before-len(r.rest))
		}
		return ok
	case "MM":
		return set(&r.month, 2, 1, 12)
	case "MONTH", "MON":
		n, ok = r.word(monthWords[:], p.word == "MON")
		r.month = n + 1
		return ok
	case "RM":
		for i := len(romans) - 1; i >= 0; i-- {
			if len(r.rest) >= len(romans[i]) && strings.EqualFold(r.rest[:len(romans[i])], romans[i]) && romans[i] != "I" || i == 0 && strings.HasPrefix(strings.ToUpper(r.rest), "I") {
				r.rest, r.month = r.rest[len(romans[i]):], i+1
				return true
			}
		}
		return false
	case "DD":
		return set(&r.day, 2, 1, 31)
	case "DDD":
		return set(&r.doy, 3, 1, 366)
	case "DAY", "DY":
		_, ok = r.word(dayWords[:], p.word == "DY")
		return ok
	case "D", "W", "Q", "CC", "WW":
		return set(&n, len(p.word), 0, 99)
	case "ID":
		return set(&r.isoDay, 1, 1, 7)
	case "IW":
		return set(&r.isoWeek, 2, 1, 53)
	case "IDDD":
		ok = set(&n, 3, 1, 371)
		r.isoWeek, r.isoDay = (n-1)/7+1, (n-1)%7+1
		return ok
	case "J":
		ok = set(&n, 7, 1, 200_000_000)
		r.julian = int64(n)
		return ok
	case "HH", "HH12":
		r.twelve = true
		return set(&r.hour, 2, 1, 12)
	case "HH24":
		return set(&r.hour, 2, 0, 24)
	case "MI":
		return set(&r.minute, 2, 0, 59)
	case "SS":
		return set(&r.second, 2, 0, 59)
	case "MS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		before := len(r.rest)
		width := 6
		if p.word == "MS" || p.word == "FF3" {
			width = 3
		}
		if n, ok = r.number(width, true); ok {
			for i := before - len(r.rest); i < 6; i++ {
				n *= 10
			}
			r.micros = n
		}
		return ok
	case "SSSS", "SSSSS":
		ok = set(&n, 5, 0, 86399)
		r.hour, r.minute, r.second = n/3600, n/60%60, n%60
		return ok
	case "AM", "PM", "A.M.", "P.M.":
		for _, w := range []string{"A.M.", "P.M.", "AM", "PM"} {
			if len(r.rest) >= len(w) && strings.EqualFold(r.rest[:len(w)], w) {
				r.rest, r.twelve, r.pm = r.rest[len(w):], true, w[0] == 'P'
				return true
			}
		}
		return false
	case "AD", "A.D.":
		r.rest = r.rest[min(len(r.rest), len(p.word)):]
		return true
	case "TZH":
		sign := int64(1)
		if strings.HasPrefix(r.rest, "-") {
			sign, r.rest = -1, r.rest[1:]
		}
		ok = set(&n, 2, 0, 15)
		r.offset = sign * int64(n) * 3_600_000_000
		return ok
	case "TZM":
		ok = set(&n, 2, 0, 59)
		if r.offset < 0 {
			n = -n
		}
		r.offset += int64(n) * 60_000_000
		return ok
	}
	return false
}

// nearYear completes a year of fewer than four digits to the one nearest 2020.
func nearYear(n, digits int) int {
	switch digits {
	case 1, 2:
		if n < 70 {
			return n + 2000
		}
		return n + 1900
	case 3:
		if n < 520 {
			return n + 2000
		}
		return n + 1000
	}
	return n
}

func (r *dateReader) date() (int64, bool) {
	if r.twelve {
		r.hour %= 12
		if r.pm {
			r.hour += 12
		}
	}
	switch {
	case r.julian > 0:
		return r.julian - 2440588, true
	case r.isoWeek > 0:
		jan4 := value.DayOf(r.year, 1, 4)
		monday := jan4 - (jan4+3)%7
		if (jan4+3)%7 < 0 {
			monday -= 7
		}
		return monday + int64(r.isoWeek-1)*7 + int64(r.isoDay-1), true
	case r.doy > 0:
		return value.DayOf(r.year, 1, r.doy), r.year > 0
	}
	v, ok := value.NewDate(r.year, r.month, r.day)
	return v.Num(), ok
}
