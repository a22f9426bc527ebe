package sqlexpr

import (
	"math"
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/value"
)

// function is a scalar function. Without nulls a NULL argument gives NULL.
type function struct {
	least, most int
	nulls       bool
	bare        bool // may be written without brackets, as current_date
	call        func(f *frame, args []datum) (datum, error)
	lazy        func(f *frame, args []node) (datum, error)
}

const many = 1 << 20

// functions is the table of the scalar functions. It is never changed.
var functions map[string]function

func init() { // a literal would refer to itself through the operators
	functions = map[string]function{}
	for _, table := range []map[string]function{textFunctions(), numberFunctions(), timeFunctions(), jsonFunctions(), fileFunctions(), generalFunctions()} {
		for name, fn := range table {
			functions[name] = fn
		}
	}
	for alias, name := range map[string]string{
		"char_length": "length", "character_length": "length", "ceiling": "ceil", "pow": "power", "substr": "substring",
		"jsonb_extract_path": "json_extract_path", "jsonb_extract_path_text": "json_extract_path_text",
		"jsonb_array_length": "json_array_length", "jsonb_typeof": "json_typeof", "to_jsonb": "to_json",
		"clock_timestamp": "now", "statement_timestamp": "now", "transaction_timestamp": "now",
	} {
		functions[alias] = functions[name]
	}
}

func generalFunctions() map[string]function {
	return map[string]function{
		"coalesce": {least: 1, most: many, lazy: func(f *frame, args []node) (datum, error) {
			for _, a := range args {
				if d, err := a.eval(f); err != nil || !d.isNull() {
					return d, err
				}
			}
			return datum{}, nil
		}, nulls: true, call: func(_ *frame, args []datum) (datum, error) {
			for _, a := range args {
				if !a.isNull() {
					return a, nil
				}
			}
			return datum{}, nil
		}},
		"nullif": {least: 2, most: 2, nulls: true, call: func(f *frame, args []datum) (datum, error) {
			if args[0].isNull() || args[1].isNull() {
				return args[0], nil
			}
			c, err := compare(f, args[0], args[1])
			if err != nil || c == 0 {
				return datum{}, err
			}
			return args[0], nil
		}},
		"greatest": extreme(1), "least": extreme(-1), "max": extreme(1), "min": extreme(-1),
		"array": {most: many, nulls: true, call: func(_ *frame, args []datum) (datum, error) { return arrayOf(args), nil }},
		"array_length": {least: 1, most: 2, call: func(_ *frame, args []datum) (datum, error) {
			if !args[0].isArray {
				return datum{}, errorf("array_length needs an array")
			}
			if len(args[0].array) == 0 || len(args) == 2 && args[1].Num() != 1 {
				return datum{}, nil
			}
			return integer(int64(len(args[0].array))), nil
		}},
		"array_upper": {least: 2, most: 2, call: func(f *frame, args []datum) (datum, error) {
			return functions["array_length"].call(f, args)
		}},
		"cardinality": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			return integer(int64(len(args[0].array))), nil
		}},
		"array_position": {least: 2, most: 2, call: func(f *frame, args []datum) (datum, error) {
			for i, it := range args[0].array {
				if it.isNull() {
					continue
				}
				if c, err := compare(f, it, args[1]); err != nil || c == 0 {
					return integer(int64(i + 1)), err
				}
			}
			return datum{}, nil
		}},
		"array_append": {least: 2, most: 2, nulls: true, call: func(_ *frame, args []datum) (datum, error) {
			return arrayOf(append(append([]datum{}, args[0].array...), args[1])), nil
		}},
		"pg_typeof": {least: 1, most: 1, nulls: true, call: func(_ *frame, args []datum) (datum, error) {
			return text(strings.ToLower(typeWord(args[0]))), nil
		}},
	}
}

// extreme is greatest and least: NULL arguments do not count.
func extreme(sign int) function {
	return function{least: 1, most: many, nulls: true, call: func(f *frame, args []datum) (datum, error) {
		var best datum
		for _, a := range args {
			if a.isNull() {
				continue
			}
			if best.isNull() {
				best = a
				continue
			}
			c, err := compare(f, a, best)
			if err != nil {
				return datum{}, err
			}
			if c*sign > 0 {
				best = a
			}
		}
		return best, nil
	}}
}

func numberFunctions() map[string]function {
	table := map[string]function{
		"abs": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			d := args[0]
			if !isNumber(d) {
				return datum{}, errorf("abs of %s is not defined", typeWord(d))
			}
			if value.Compare(d.Value, value.Int(0)) >= 0 {
				return d, nil
			}
			v, err := value.Neg(d.Value)
			return some(v), err
		}},
		"sign": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			return some(value.Decimal(int64(value.Compare(args[0].Value, value.Int(0))), 0)), nil
		}},
		"round": {least: 1, most: 2, call: func(_ *frame, args []datum) (datum, error) { return roundTo(args, false) }},
		"trunc": {least: 1, most: 2, call: func(_ *frame, args []datum) (datum, error) { return roundTo(args, true) }},
		"floor": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) { return step(args[0], false) }},
		"ceil":  {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) { return step(args[0], true) }},
		"mod":   {least: 2, most: 2, call: func(f *frame, args []datum) (datum, error) { return modulo(f, args[0], args[1]) }},
		"power": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) { return power(args) }},
		"div": {least: 2, most: 2, call: func(f *frame, args []datum) (datum, error) {
			if !bothNumbers(args[0], args[1]) {
				return datum{}, undefined("div", args[0], args[1])
			}
			m, err := modulo(f, args[0], args[1])
			if err != nil {
				return m, err
			}
			rest, err := value.Sub(args[0].Value, m.Value)
			if err != nil {
				return datum{}, err
			}
			q, err := divide(f, some(rest), args[1])
			if err != nil {
				return q, err
			}
			return some(value.Rescale(q.Value, 0)), nil
		}},
		"bitnot": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			if !isWhole(args[0]) {
				return datum{}, errorf("~ of %s is not defined", typeWord(args[0]))
			}
			return some(value.Of(args[0].Kind(), ^args[0].Num())), nil
		}},
		"pi":     {call: func(*frame, []datum) (datum, error) { return float(math.Pi), nil }},
		"random": {call: func(f *frame, _ []datum) (datum, error) { return float(f.env.random()), nil }},
		"log": {least: 1, most: 2, call: func(f *frame, args []datum) (datum, error) {
			if len(args) == 1 {
				return functions["log10"].call(f, args)
			}
			x := math.Log(args[1].Float64()) / math.Log(args[0].Float64())
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return datum{}, errorf("log of %s is not defined", textOf(args[1]))
			}
			return numericLike(x, value.Rescale(args[1].Value, max(args[1].Scale(), 0)))
		}},
		"atan2": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) {
			return float(math.Atan2(args[0].Float64(), args[1].Float64())), nil
		}},
		"notzero": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			if f := args[0].Float64(); f > -0.000005 && f < 0.000005 {
				return datum{}, nil
			}
			return args[0], nil
		}},
		"trim_scale": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			return some(trimScale(args[0].Value)), nil
		}},
		"scale": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) { return integer(int64(args[0].Scale())), nil }},
		"convert_numeric_to_string": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			return text(value.TextOf(trimScale(args[0].Value))), nil
		}},
		"convert_to_integer":      lenient(sqlType{name: "integer"}, integer(0)),
		"convert_to_numeric":      lenient(sqlType{name: "numeric", length: -1}, some(value.Decimal(0, 0))),
		"convert_to_numeric_null": lenient(sqlType{name: "numeric", length: -1}, datum{}),
		"to_number": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) {
			return readNumber(textOf(args[0]), textOf(args[1]))
		}},
	}
	for name, fn := range map[string]func(float64) float64{
		"sqrt": math.Sqrt, "cbrt": math.Cbrt, "exp": math.Exp, "ln": math.Log, "log10": math.Log10,
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "asin": math.Asin, "acos": math.Acos, "atan": math.Atan,
		"degrees": func(f float64) float64 { return f * 180 / math.Pi },
		"radians": func(f float64) float64 { return f * math.Pi / 180 },
	} {
		table[name] = floatFunction(name, fn)
	}
	return table
}

// trimScale drops the zeros at the end of a numeric.
func trimScale(v value.Value) value.Value {
	for v.Scale() > 0 {
		cut := value.Rescale(v, v.Scale()-1)
		if !value.Equal(cut, v) {
			break
		}
		v = cut
	}
	return v
}

// lenient reads a number; a text that is none gives otherwise.
func lenient(typ sqlType, otherwise datum) function {
	return function{least: 1, most: 1, call: func(f *frame, args []datum) (datum, error) {
		d, err := convert(f, args[0], typ)
		if err != nil {
			return otherwise, nil
		}
		return d, nil
	}}
}

func timeFunctions() map[string]function {
	clock := func(k func(time.Time) value.Value) function {
		return function{most: 1, bare: true, call: func(f *frame, args []datum) (datum, error) {
			v := k(f.env.now())
			if len(args) == 1 && isWhole(args[0]) && v.Kind() != value.Date {
				unit := int64(math.Pow10(6 - int(max(min(args[0].Num(), 6), 0))))
				v = value.Of(v.Kind(), v.Num()/unit*unit)
			}
			return some(v), nil
		}}
	}
	local := func(c value.Class) func(time.Time) value.Value {
		return func(t time.Time) value.Value {
			v, _ := value.Cast(value.DateTimeOf(t), c)
			return v
		}
	}
	return map[string]function{
		"now":               clock(value.ZDateTimeOf),
		"current_timestamp": clock(value.ZDateTimeOf),
		"localtimestamp":    clock(value.DateTimeOf),
		"current_date":      clock(local(value.ClassDate)),
		"localtime":         clock(local(value.ClassTime)),
		"current_time":      clock(local(value.ClassTime)),
		"date_trunc": {least: 2, most: 3, call: func(f *frame, args []datum) (datum, error) {
			return truncate(textOf(args[0]), args[1])
		}},
		"extract": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) { return extract(textOf(args[0]), args[1]) }},
		"date_part": {least: 2, most: 2, call: func(f *frame, args []datum) (datum, error) {
			d, err := extract(textOf(args[0]), args[1])
			if err != nil {
				return d, err
			}
			return float(d.Float64()), nil
		}},
		"to_char": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) {
			d := args[0]
			if isNumber(d) {
				s, err := formatNumber(d, textOf(args[1]))
				return text(s), err
			}
			s, err := formatDate(d, textOf(args[1]))
			return text(s), err
		}},
		"to_date": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) {
			days, _, err := readDate(textOf(args[0]), textOf(args[1]))
			return some(value.Of(value.Date, days)), err
		}},
		"to_timestamp": {least: 1, most: 2, call: func(_ *frame, args []datum) (datum, error) {
			if isNumber(args[0]) {
				m := value.Rescale(args[0].Value, 6)
				if _, big := m.Big(); big || m.Num() > 1<<60 || m.Num() < -1<<60 {
					return datum{}, value.Errorf(value.CodeOverflow, "a date is out of range")
				}
				return some(value.Of(value.ZDateTime, m.Num())), nil
			}
			if len(args) == 1 {
				return datum{}, errorf("to_timestamp needs a pattern")
			}
			days, micros, err := readDate(textOf(args[0]), textOf(args[1]))
			return some(value.Of(value.ZDateTime, days*microsPerDay+micros)), err
		}},
		"make_date": {least: 3, most: 3, call: func(_ *frame, args []datum) (datum, error) {
			v, ok := value.NewDate(int(args[0].Num()), int(args[1].Num()), int(args[2].Num()))
			if !ok {
				return datum{}, value.Errorf(value.CodeFormat, "the date %s-%s-%s does not exist", textOf(args[0]), textOf(args[1]), textOf(args[2]))
			}
			return some(v), nil
		}},
		"make_time": {least: 3, most: 3, call: func(_ *frame, args []datum) (datum, error) {
			s := value.Rescale(args[2].Value, 6).Num()
			v, ok := value.NewTime(int(args[0].Num()), int(args[1].Num()), int(s/1_000_000), int(s%1_000_000))
			if !ok {
				return datum{}, value.Errorf(value.CodeFormat, "the time does not exist")
			}
			return some(v), nil
		}},
		"age": {least: 1, most: 2, call: func(f *frame, args []datum) (datum, error) {
			to, from := args[0], args[0]
			if len(args) == 2 {
				from = args[1]
			} else {
				to = some(local(value.ClassDate)(f.env.now()))
			}
			return age(to, from)
		}},
		"timezone": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) { return atZone(textOf(args[0]), args[1]) }},
	}
}

// age is the difference of two dates in years, months, days and clock time.
func age(to, from datum) (datum, error) {
	a, err := partsOf(to)
	if err != nil {
		return datum{}, err
	}
	b, err := partsOf(from)
	if err != nil {
		return datum{}, err
	}
	if microsOf(to) < microsOf(from) {
		d, err := age(from, to)
		if err == nil {
			s := d.span.scaled(-1)
			d.span = &s
		}
		return d, err
	}
	months := int64(a.year-b.year)*12 + int64(a.month-b.month)
	days := int64(a.day - b.day)
	clock := (microsOf(to) - a.days*microsPerDay) - (microsOf(from) - b.days*microsPerDay)
	if clock < 0 {
		clock += microsPerDay
		days--
	}
	if days < 0 {
		months--
		days += int64(value.DaysIn(b.year, b.month))
	}
	return datum{span: &span{months, days, clock}}, nil
}

// atZone is AT TIME ZONE: a moment as that zone's clock shows it, or a clock's
// time in that zone as a moment.
func atZone(name string, d datum) (datum, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return datum{}, errorf("the time zone '%s' is not known", name)
	}
	switch d.Kind() {
	case value.ZDateTime:
		return some(value.DateTimeOf(time.UnixMicro(d.Num()).In(zone))), nil
	case value.Date, value.DateTime:
		t := time.UnixMicro(microsOf(d)).UTC()
		moment := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
		return some(value.ZDateTimeOf(moment)), nil
	}
	return datum{}, errorf("%s has no time zone", typeWord(d))
}

func jsonFunctions() map[string]function {
	path := func(asText bool) function {
		return function{least: 1, most: many, call: func(_ *frame, args []datum) (datum, error) {
			return jsonExtract(args[0], args[1:], asText)
		}}
	}
	one := func(fn func(raw string) (datum, error)) function {
		return function{least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			d, err := asJSON(args[0])
			if err != nil {
				return d, err
			}
			return fn(d.JSONString())
		}}
	}
	builder := func(object, binary bool) function {
		return function{most: many, nulls: true, call: func(_ *frame, args []datum) (datum, error) { return jsonBuild(args, object, binary) }}
	}
	return map[string]function{
		"json_extract_path":      path(false),
		"json_extract_path_text": path(true),
		"json_array_length": one(func(raw string) (datum, error) {
			if jsonKind(raw) != "array" {
				return datum{}, errorf("a JSON %s has no length", jsonKind(raw))
			}
			return integer(int64(len(elements(raw)))), nil
		}),
		"json_typeof":        one(func(raw string) (datum, error) { return text(jsonKind(raw)), nil }),
		"jsonb_strip_nulls":  one(func(raw string) (datum, error) { return build(stripNulls(raw)) }),
		"json_build_object":  builder(true, false),
		"json_build_array":   builder(false, false),
		"jsonb_build_object": builder(true, true),
		"jsonb_build_array":  builder(false, true),
		"to_json": {least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
			return some(value.JSONText(value.NameJSONText, toJSONText(args[0]))), nil
		}},
		"jsonb_recursive_merge": {least: 2, most: 2, call: func(_ *frame, args []datum) (datum, error) {
			a, err := asJSON(args[0])
			if err != nil {
				return a, err
			}
			b, err := asJSON(args[1])
			if err != nil {
				return b, err
			}
			return build(mergeJSON(a.JSONString(), b.JSONString()))
		}},
		"jsonb_set": {least: 3, most: 4, call: func(f *frame, args []datum) (datum, error) {
			a, err := asJSON(args[0])
			if err != nil {
				return a, err
			}
			p, err := convert(f, args[1], sqlType{name: "text", array: true, length: -1})
			if err != nil {
				return p, err
			}
			with, err := asJSON(args[2])
			if err != nil {
				return with, err
			}
			steps := make([]string, len(p.array))
			for i, s := range p.array {
				steps[i] = textOf(s)
			}
			return build(setJSON(a.JSONString(), steps, with.JSONString(), len(args) < 4 || args[3].isTrue()))
		}},
	}
}
