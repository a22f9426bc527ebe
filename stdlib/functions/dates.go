package functions

import (
	"context"

	"github.com/golsf/golsf/runtime/sqlexpr"
	"github.com/golsf/golsf/runtime/value"
)

const microsPerDay = 24 * 3600 * 1_000_000

// as converts a value and goes on with it.
func (c *chain) as(v value.Value, class value.Class) value.Value {
	if c.err != nil {
		return value.Value{}
	}
	r, err := value.Cast(v, class)
	c.err = err
	return r
}

// extract is a part of a date or time as INTEGER.
func extract(part string) call {
	return func(ctx context.Context, env *Env, args []value.Value) (value.Value, error) {
		if k := args[0].Kind(); k == value.Date || k == value.DateTime && args[0].Num() >= 0 { // the common parts take no detour
			days := args[0].Num()
			if k == value.DateTime {
				days /= microsPerDay
			}
			switch y, m, d := value.CivilOf(days); part {
			case "year":
				return value.Int(int32(y)), nil
			case "month":
				return value.Int(int32(m)), nil
			case "day":
				return value.Int(int32(d)), nil
			}
		}
		return sqlexpr.Call(ctx, env, "extract", value.String(part), args[0])
	}
}

// now is the current moment in a class, seconds cut to digits of the fraction.
func now(class value.Class, digits int) call {
	return steps(func(c *chain, _ []value.Value) value.Value {
		name := "localtimestamp"
		if class == zDateTime {
			name = "now"
		}
		v := c.sql(name, value.Int(int32(digits)))
		if class == clock {
			return c.as(v, clock)
		}
		return v
	})
}

// nowDigits is the same with the digits as a parameter.
func nowDigits(class value.Class) call {
	return func(ctx context.Context, env *Env, args []value.Value) (value.Value, error) {
		return now(class, int(max(min(args[0].Num(), 6), 0)))(ctx, env, nil)
	}
}

// shift adds sign × the second argument × unit microseconds; TIME goes round.
func shift(sign, unit int64) call {
	return steps(func(c *chain, a []value.Value) value.Value {
		n, ok := a[1].Num(), true
		if a[1].Kind() != value.Integer && a[1].Kind() != value.Long {
			w := c.as(a[1], long)
			if w.IsNull() {
				return w
			}
			n = w.Num()
		}
		if a[0].Kind() == value.Time {
			n %= microsPerDay / unit * unit
		}
		seconds := unit / 1_000_000
		if limit := int64(1) << 50 / seconds; n > limit || n < -limit {
			ok = false
		}
		if !ok {
			c.err = value.Errorf(value.CodeOverflow, "a date is out of range")
			return value.Value{}
		}
		return c.op(value.Add, a[0], value.Int64(sign*n*seconds))
	})
}

// between is the seconds from one time to another, cut.
func between(to, from value.Value) value.Value {
	return value.Int64((microsOf(to) - microsOf(from)) / 1_000_000)
}

func microsOf(v value.Value) int64 {
	if v.Kind() == value.Date {
		return v.Num() * microsPerDay
	}
	return v.Num()
}

// months adds months to a date and stays within the month.
func months(unit int64) call {
	return steps(func(c *chain, a []value.Value) value.Value {
		d, n := c.as(a[0], date), c.as(a[1], long)
		if d.IsNull() || n.IsNull() {
			return value.Value{}
		}
		y, m, day := value.CivilOf(d.Num())
		if n.Num() > 4_000_000 || n.Num() < -4_000_000 {
			c.err = value.Errorf(value.CodeOverflow, "a date is out of range")
			return value.Value{}
		}
		total := int64(y)*12 + int64(m-1) + n.Num()*unit
		y, m = int(total/12), int(total%12)+1
		if y < 1 || y > 294275 || m < 1 {
			c.err = value.Errorf(value.CodeOverflow, "a date is out of range")
			return value.Value{}
		}
		return value.Of(value.Date, value.DayOf(y, m, min(day, value.DaysIn(y, m))))
	})
}

// days adds sign × the second argument to a date.
func days(sign int64) call {
	return steps(func(c *chain, a []value.Value) value.Value {
		d, n := c.as(a[0], date), c.as(a[1], long)
		if d.IsNull() || n.IsNull() {
			return value.Value{}
		}
		if n.Num() > 1<<40 || n.Num() < -1<<40 {
			c.err = value.Errorf(value.CodeOverflow, "a date is out of range")
			return value.Value{}
		}
		return c.op(value.Add, d, value.Int64(sign*n.Num()))
	})
}

// written is a date by a fixed pattern.
func written(pattern string) call {
	return steps(func(c *chain, a []value.Value) value.Value { return c.sql("to_char", a[0], value.String(pattern)) })
}

func timeFunctions() []Func {
	cast := func(class value.Class) call {
		return steps(func(c *chain, a []value.Value) value.Value { return c.as(a[0], class) })
	}
	rows := []Func{
		impure(fn("Time.currentDate", date, "today by the local clock", steps(func(c *chain, _ []value.Value) value.Value { return c.sql("current_date") }))),
		impure(fn("Time.currentDateTime", dateTime, "now by the local clock, in whole seconds", now(dateTime, 0))),
		impure(fn("Time.currentDateTime", dateTime, "now by the local clock, with that many digits of the fraction", nowDigits(dateTime), integer)),
		impure(fn("Time.currentDateTimeMillis", dateTime, "now by the local clock, in milliseconds", now(dateTime, 3))),
		impure(fn("Time.currentZDateTime", zDateTime, "now, in whole seconds", now(zDateTime, 0))),
		impure(fn("Time.currentZDateTime", zDateTime, "now, with that many digits of the fraction", nowDigits(zDateTime), integer)),
		impure(fn("Time.currentTime", clock, "the time by the local clock, in whole seconds", now(clock, 0))),
		impure(fn("Time.currentTime", clock, "the time by the local clock, with that many digits of the fraction", nowDigits(clock), integer)),
		impure(fn("Time.currentTimeText", txt, "now as YYYYMMDDHH24MISSMS", steps(func(c *chain, _ []value.Value) value.Value {
			return c.sql("to_char", c.sql("localtimestamp"), value.String("YYYYMMDDHH24MISSMS"))
		}))),
		fn("Time.toDate", date, "the date of a moment", cast(date), dateTime),
		fn("Time.toTime", clock, "the time of a moment, or that many seconds after midnight", steps(func(c *chain, a []value.Value) value.Value {
			if k := a[0].Kind(); k == value.Integer || k == value.Long {
				return c.op(value.Add, value.Of(value.Time, 0), a[0])
			}
			return c.as(a[0], clock)
		}), dateTime),
		fn("Time.toTime", clock, "that many seconds after midnight", steps(func(c *chain, a []value.Value) value.Value {
			if a[0].Kind() == value.DateTime {
				return c.as(a[0], clock)
			}
			return c.op(value.Add, value.Of(value.Time, 0), a[0])
		}), integer),
		fn("Time.toDateTime", dateTime, "midnight of a date, or the moment of that many milliseconds from 1970", toDateTime(dateTime), date),
		fn("Time.toDateTime", dateTime, "the moment of that many milliseconds from 1970", toDateTime(dateTime), long),
		fn("Time.toZDateTime", zDateTime, "midnight of a date", toDateTime(zDateTime), date),
		fn("Time.toZDateTime", zDateTime, "the moment of that many milliseconds from 1970", toDateTime(zDateTime), long),
		fn("Time.toDateTime", dateTime, "a date at a time", pure(func(a []value.Value) (value.Value, error) { return value.NewDateTime(a[0], a[1]), nil }), date, clock),
		fn("Time.dateTimeToDateTime", dateTime, "a date at a time", steps(func(c *chain, a []value.Value) value.Value {
			return value.NewDateTime(c.as(a[0], date), c.as(a[1], clock))
		}), anyClass, anyClass),
		fn("Time.toSeconds", long, "the seconds from midnight", pure(func(a []value.Value) (value.Value, error) { return value.Int64(a[0].Num() / 1_000_000), nil }), clock),
		fn("Time.extractHour", integer, "the hour", extract("hour"), anyClass),
		fn("Time.extractMinute", integer, "the minute", extract("minute"), anyClass),
		fn("Time.extractSecond", integer, "the second", extract("second"), anyClass),
		fn("Time.extractYear", integer, "the year", extract("year"), anyClass),
		fn("Time.extractMonthNumber", integer, "the number of the month", extract("month"), anyClass),
		fn("Time.extractDay", integer, "the day of the month", extract("day"), anyClass),
		fn("Time.extractDOY", integer, "the day of the year", extract("doy"), anyClass),
		fn("Time.extractDOWNumber", integer, "the day of the week, 0 for Sunday", extract("dow"), date),
		fn("Time.extractWeek", integer, "the week of ISO 8601", extract("week"), anyClass),
		fn("Time.toDateFormat", date, "the date that a text says by a pattern", sql("to_date"), anyClass, anyClass),
		fn("Time.toDateTimeFormat", dateTime, "the moment that a text says by a pattern", steps(func(c *chain, a []value.Value) value.Value {
			return c.as(c.sql("to_timestamp", a[0], a[1]), dateTime)
		}), anyClass, anyClass),
		fn("Time.toDateISO", value.StringClass(10), "a date as YYYY-MM-DD", written("YYYY-MM-DD"), anyClass),
		fn("Time.toDateDDMMYY", value.StringClass(8), "a date as DD.MM.YY", written("DD.MM.YY"), anyClass),
		fn("Time.toDateDDMMYYYY", value.StringClass(10), "a date as DD.MM.YYYY", written("DD.MM.YYYY"), anyClass),
		fn("Time.sum", date, "a date and days", days(1), date, integer),
		fn("Time.subtract", date, "a date less days", days(-1), date, long),
		fn("Time.sumMonth", date, "a date and months, within the month", months(1), anyClass, anyClass),
		fn("Time.sumYear", date, "a date and years, within the month", months(12), anyClass, anyClass),
		fn("Time.firstDayOfMonth", date, "the first day of the month", steps(func(c *chain, a []value.Value) value.Value {
			y, m, _ := value.CivilOf(c.as(a[0], date).Num())
			return value.Of(value.Date, value.DayOf(y, m, 1))
		}), date),
		fn("Time.lastDayOfMonth", date, "the last day of the month", steps(func(c *chain, a []value.Value) value.Value {
			y, m, _ := value.CivilOf(c.as(a[0], date).Num())
			return value.Of(value.Date, value.DayOf(y, m, value.DaysIn(y, m)))
		}), date),
		fn("Time.daysBetweenDates", integer, "the days from the second date to the first", steps(func(c *chain, a []value.Value) value.Value { return c.op(value.Sub, a[0], a[1]) }), date, date),
		fn("Time.secondsBetweenDates", long, "the seconds from the second moment to the first", pure(func(a []value.Value) (value.Value, error) { return between(a[0], a[1]), nil }), dateTime, dateTime),
		fn("Time.getMilliSeconds", long, "the milliseconds from 1970", pure(func(a []value.Value) (value.Value, error) { return value.Int64(microsOf(a[0]) / 1000), nil }), zDateTime),
		fn("Time.dateFromYearWeekDay", date, "the date of an ISO year, week and day (1 for Monday)", steps(func(c *chain, a []value.Value) value.Value {
			s := value.TextOf(a[0]) + " " + value.TextOf(a[1]) + " " + value.TextOf(a[2])
			return c.sql("to_date", value.String(s), value.String("IYYY IW ID"))
		}), anyClass, anyClass, anyClass),
	}
	return append(rows, shiftFunctions()...)
}

// toDateTime reads a date or milliseconds.
func toDateTime(class value.Class) call {
	return steps(func(c *chain, a []value.Value) value.Value {
		if k := a[0].Kind(); k == value.Integer || k == value.Long {
			if n := a[0].Num(); n > 1<<50 || n < -1<<50 {
				c.err = value.Errorf(value.CodeOverflow, "a date is out of range")
				return value.Value{}
			}
			return value.Of(class.Kind(), a[0].Num()*1000)
		}
		return c.as(a[0], class)
	})
}

func shiftFunctions() []Func {
	const second, minute = 1_000_000, 60_000_000
	subtractSeconds := steps(func(c *chain, a []value.Value) value.Value {
		if k := a[1].Kind(); k == value.Integer || k == value.Long {
			return c.op(value.Sub, a[0], a[1])
		}
		return between(a[1], a[0])
	})
	rows := []Func{
		fn("Time.sumSeconds", clock, "a time and seconds, round midnight", shift(1, second), clock, long),
		fn("Time.sumMinutes", clock, "a time and minutes, round midnight", shift(1, minute), clock, long),
		fn("Time.subtractSeconds", long, "the seconds from the first time to the second", subtractSeconds, clock, clock),
	}
	for _, class := range []value.Class{dateTime, zDateTime} {
		rows = append(rows,
			fn("Time.sumDay", class, "a moment and days", shift(1, microsPerDay), class, long),
			fn("Time.subtractDay", class, "a moment less days", shift(-1, microsPerDay), class, long),
			fn("Time.sumMinutes", class, "a moment and minutes", shift(1, minute), class, long),
			fn("Time.sumSeconds", class, "a moment and seconds", shift(1, second), class, long),
			fn("Time.subtractSeconds", class, "a moment less seconds", subtractSeconds, class, long),
			fn("Time.subtractSeconds", long, "the seconds from the first moment to the second", subtractSeconds, class, class),
		)
	}
	return rows
}

// intervalFunctions are interval, from and to of the four INTERVAL classes.
func intervalFunctions() []Func {
	var rows []Func
	for _, c := range []struct {
		element value.Class
		name    value.Name
	}{{date, value.NameIntervalDate}, {clock, value.NameIntervalTime}, {dateTime, value.NameIntervalDateTime}, {zDateTime, value.NameIntervalZDateTime}} {
		class := value.Class{Name: c.name}
		rows = append(rows,
			fn("Time.interval", class, "the interval between two values", makeInterval, c.element, c.element),
			fn("Time.from", c.element, "the beginning of an interval", intervalEnd(false), class),
			fn("Time.to", c.element, "the end of an interval", intervalEnd(true), class),
		)
	}
	return rows
}

func makeInterval(_ context.Context, _ *Env, args []value.Value) (value.Value, error) {
	var name value.Name
	switch args[0].Kind() {
	case value.Date:
		name = value.NameIntervalDate
	case value.Time:
		name = value.NameIntervalTime
	case value.DateTime:
		name = value.NameIntervalDateTime
	case value.ZDateTime:
		name = value.NameIntervalZDateTime
	default:
		return value.Value{}, badArgument("an interval of %s does not exist", value.ClassOfValue(args[0]))
	}
	if args[1].Kind() != args[0].Kind() {
		return value.Value{}, badArgument("an interval from %s to %s does not exist", value.ClassOfValue(args[0]), value.ClassOfValue(args[1]))
	}
	return value.IntervalOf(name, args[0].Num(), args[1].Num()), nil
}

func intervalEnd(end bool) call {
	return pure(func(args []value.Value) (value.Value, error) {
		if args[0].Kind() != value.Interval {
			return value.Value{}, badArgument("an interval is needed")
		}
		from, to := args[0].IntervalBounds()
		if end {
			from = to
		}
		kind := value.DateTime
		switch args[0].ClassName() {
		case value.NameIntervalDate:
			kind = value.Date
		case value.NameIntervalTime:
			kind = value.Time
		case value.NameIntervalZDateTime:
			kind = value.ZDateTime
		}
		return value.Of(kind, from), nil
	})
}
