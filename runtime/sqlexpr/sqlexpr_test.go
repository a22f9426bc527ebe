package sqlexpr

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/golsf/golsf/runtime/value"
)

var moment = time.Date(2024, 5, 17, 18, 9, 3, 250_000_000, time.FixedZone("", 3*3600))

func testEnv() *Env {
	return &Env{Now: func() time.Time { return moment }, Random: func() float64 { return 0.25 }}
}

func run(t testing.TB, text string, params ...value.Value) string {
	t.Helper()
	e, err := Compile(text)
	if err != nil {
		return "compile: " + err.Error()
	}
	v, err := e.Eval(context.Background(), testEnv(), params)
	if err != nil {
		return err.Error()
	}
	if v.IsNull() {
		return "NULL"
	}
	return value.TextOf(v)
}

var (
	s  = value.String
	n  = value.Int
	dt = func(text string) value.Value {
		c := value.ClassDate
		if strings.ContainsRune(text, 'T') {
			c = value.ClassDateTime
		} else if strings.ContainsRune(text, ':') {
			c = value.ClassTime
		}
		v, err := value.ParseText(text, c)
		if err != nil {
			panic(err)
		}
		return v
	}
	js = func(text string) value.Value {
		n, err := value.NormalizeJSON(text)
		if err != nil {
			panic(err)
		}
		return value.JSONText(value.NameJSON, n)
	}
)

func TestEval(t *testing.T) {
	dec := value.Decimal
	may := dt("2024-05-17T18:09:03.25")
	tests := []struct {
		text   string
		params []value.Value
		want   string
	}{
		// operators
		{"1 + 2 * 3", nil, "7"}, {"7 / 2", nil, "3"}, {"-7 % 3", nil, "-1"}, {"2 ^ 10", nil, "1024.0"}, {"(1 + 2) * -3", nil, "-9"}, {"2 - -3", nil, "5"},
		{"10 / 4.0", nil, "2.5000000000000000"}, {"1 / 3.0", nil, "0.33333333333333333333"}, {"$1 * 100 / $2", []value.Value{dec(100, 2), dec(300, 2)}, "33.3333333333333333"},
		{"7.5 % 2", nil, "1.5"}, {"1.5 + 1", nil, "2.5"}, {"1e2", nil, "100"}, {"$1 / $2", []value.Value{n(1), n(0)}, "E3107: division by zero in a formula"},
		{"5 & 6 | 8", nil, "12"}, {"~5", nil, "-6"}, {"5 # 1", nil, "4"}, {"1 << 4", nil, "16"},
		{"'a' || 1 || TRUE", nil, "a1true"}, {"$1 || 'x'", []value.Value{{}}, "NULL"}, {"1 = 1 AND NOT 2 < 1", nil, "1"}, {"NULL OR 1 = 1", nil, "1"}, {"NULL AND 1 = 2", nil, "0"}, {"NULL = NULL", nil, "NULL"},
		{"3 BETWEEN 1 AND 5 AND 2 IN (1, 2)", nil, "1"}, {"3 NOT IN (1, NULL)", nil, "NULL"}, {"$1 IS NULL", []value.Value{{}}, "1"}, {"1 IS DISTINCT FROM NULL", nil, "1"}, {"'5' + 1", nil, "6"},
		{"'abc' LIKE 'a%' AND 'ABC' ILIKE '_b_' AND 'abc' NOT LIKE 'b%'", nil, "1"}, {"'a%c' LIKE 'a!%c' ESCAPE '!'", nil, "1"},
		{"CASE WHEN $1 > 2 THEN 'big' WHEN $1 > 1 THEN 'mid' ELSE 'small' END", []value.Value{n(2)}, "mid"}, {"CASE $1 WHEN 1 THEN 'one' END", []value.Value{n(2)}, "NULL"},
		{"CASE WHEN $1 = 1 THEN 1 ELSE 1 / 0 END", []value.Value{value.True}, "1"}, {"COALESCE($1, $2, 1/0)", []value.Value{{}, n(4)}, "4"}, {"nullif(1, 1)", nil, "NULL"}, {"GREATEST(1, NULL, 2.5)", nil, "2.5"}, {"least('b', 'a')", nil, "a"},
		// casts
		{"CAST('42' AS integer) + 1", nil, "43"}, {"'12.345'::numeric(10,2)", nil, "12.35"}, {"2.5::int", nil, "3"}, {"'x'::int", nil, `E3103: "x" is not a value of type integer`}, {"CAST(3.0::float8 AS text)", nil, "3"}, {"1e15::float8::text", nil, "1e+15"},
		{"CAST($1 AS character(4)) || '|'", []value.Value{s("abcdef")}, "abcd|"}, {"'{a,\"b c\",NULL}'::text[]", nil, `{a,"b c",NULL}`}, {"$1::text", []value.Value{dec(250, 2)}, "2.50"}, {"3000000000::int", nil, "E3101: the number 3000000000 is out of the range of integer"},
		{"'t'::boolean", nil, "1"}, {"'2024-01-31'::date + 1", nil, "2024-02-01"}, {"'x'::varchar(10)", nil, "x"}, {"$1::\"char\"", []value.Value{s("A")}, "A"},
		// texts
		{"upper('straße') || lower('ÀÉ') || initcap('hello big-world')", nil, "STRAßEàéHello Big-World"}, {"length('žluť')", nil, "4"}, {"substring('žluťoučký', 3, 4)", nil, "uťou"}, {"substring('abc', 0, 2)", nil, "a"}, {"substring('abc' from 2)", nil, "bc"}, {"substring('abc' from 1 for 2)", nil, "ab"}, {"substring('abc' for 2)", nil, "ab"}, {"substring('abc', -5)", nil, "abc"},
		{"substring('order 1234 of', '[0-9]+')", nil, "1234"}, {"substring('foobar' from 'o(.)b')", nil, "o"}, {"SELECT substring('no', '[0-9]+')", nil, "NULL"},
		{"replace('aaa', 'aa', 'b')", nil, "ba"}, {"replace('abc', '', 'x')", nil, "abc"}, {"split_part('2024/05/17', '/', 2)", nil, "05"}, {"split_part('a.b.c', '.', -1)", nil, "c"}, {"split_part('a', ',', 3)", nil, ""}, {"position('lo' in 'hello') || strpos('日本語', '語')", nil, "43"},
		{"lpad('x', 6, 'ab') || rpad('ab', 5, '.') || lpad('123456', 4, '0')", nil, "ababaxab...1234"}, {"left('日本語', 2) || right('日本語', 1) || left('abc', -1) || right('abc', -1)", nil, "日本語abbc"},
		{"trim('  a ') || '|' || ltrim('000120', '0') || '|' || rtrim('1.500', '0') || '|' || trim(both 'x' from 'xax') || trim(leading from ' b')", nil, "a|120|1.5|ab"}, {"repeat('-=', 2) || repeat('x', 0) || reverse('abc')", nil, "-=-=cba"},
		{"translate('12345', '143', 'ax')", nil, "a2x5"}, {"ascii('ж')", nil, "1078"}, {"chr(1078)", nil, "ж"}, {"to_hex(255)", nil, "ff"}, {"concat('a', NULL, 1)", nil, "a1"}, {"concat_ws(',', 'a', NULL, 'b')", nil, "a,b"}, {"format('%s-%I-%L', 1, 'x', 'y')", nil, `1-"x"-'y'`}, {"overlay('Txxxxas' placing 'hom' from 2 for 4)", nil, "Thomas"},
		{"md5('abc')", nil, "900150983cd24fb0d6963f7d28e17f72"}, {"encode(digest('abc', 'sha1'), 'hex')", nil, "a9993e364706816aba3e25717850c26c9cd0d89d"}, {"encode('кот'::bytea, 'hex')", nil, "d0bad0bed182"}, {"convert_from(decode('aGk=', 'base64'), 'UTF8')", nil, "hi"}, {"encode(convert_to('кот', 'WIN1251'), 'hex')", nil, "eaeef2"}, {"encode(hmac('a', 'k', 'sha256'), 'base64')", nil, "eNqRUR5nVYf1ud94vt669VYNoqu4gWLuh13N90SVHZ4="}, {"E'a\\n\\u0416'", nil, "a\nЖ"}, {"$x$a'b$x$", nil, "a'b"},
		{"(string_to_array('red,green', ','))[2]", nil, "green"}, {"(string_to_array($1, ','))[9]", []value.Value{s("a")}, "NULL"}, {"array_length(string_to_array('a,b,c', ','), 1)", nil, "3"}, {"array_length(string_to_array('', ','), 1)", nil, "NULL"}, {"'b' = ANY(string_to_array('a,b', ','))", nil, "1"}, {"array_to_string(ARRAY[1,2], '-')", nil, "1-2"}, {"3 > ALL(ARRAY[1,2])", nil, "1"},
		{"regexp_replace('tel. 555-12', '[^0-9]', '', 'g')", nil, "55512"}, {"regexp_replace('aXbX', 'X', '-')", nil, "a-bX"}, {`regexp_replace('John Smith', '(\w+) (\w+)', '\2, \1')`, nil, "Smith, John"}, {`regexp_replace('1234567.8', '(\d)(?=(\d{3})+\.)', '\1 ', 'g')`, nil, "1 234 567.8"}, {`regexp_replace('a  b', '[[:space:]]+', '\\', 'g')`, nil, `a\b`}, {`'AB-1' ~ '^[A-Z]{2}-\d$'`, nil, "1"}, {"'abc' !~* 'B'", nil, "0"}, {"'x' ~ '('", nil, "E3107: the regular expression '(' is malformed: error parsing regexp: missing closing ) in `(`"}, {`(regexp_match('a=1', '(\w)=(\d)'))[2]`, nil, "1"}, {`'foo bar' ~ '\mbar\M'`, nil, "1"}, {`'[' ~ '[][]'`, nil, "1"}, {"regexp_split_to_array('a1b22c', '[0-9]+')", nil, "{a,b,c}"}, {"'a\nb' ~ 'a$'", nil, "0"},
		// numbers
		{"round(2.5) || '|' || round(-2.567, 2) || '|' || round(1234.5, -2) || '|' || round(2.5::float8) || '|' || round(CAST(1.005 as numeric), 2)", nil, "3|-2.57|1200|2|1.01"}, {"trunc(-2.567, 1) || '|' || trunc(1299, -2) || '|' || floor(-2.5) || '|' || ceil(2.1) || '|' || ceiling(-2.9)", nil, "-2.5|1200|-3|3|-2"}, {"abs(-5.50) || mod(-17, 5) || sign(-3)", nil, "5.50-2-1"}, {"sqrt(2.0::float8)", nil, "1.4142135623730951"}, {"sqrt(16)", nil, "4.0"}, {"power(2, 3) || '|' || power(1.5, 2)", nil, "8|2.2500000000000000"}, {"div(7.5, 2)", nil, "3"}, {"random()", nil, "0.25"}, {"floor(($1) / notZero($2)) * ($2)", []value.Value{n(17), n(5)}, "15"}, {"notZero(0)", nil, "NULL"}, {"min(3, 2) || max(3, 2)", nil, "23"}, {"sqrt(-1)", nil, "E3107: sqrt of -1 is not defined"}, {"trim_scale(2.500)", nil, "2.5"}, {"exp(0)", nil, "1.0"},
		// to_char of numbers
		{"to_char(1234567, '999G999G999G999') || '|'", nil, "       1,234,567|"}, {"to_char(12.5, 'FM999990.00')", nil, "12.50"}, {"to_char(-0.5, '990.99')", nil, "  -0.50"}, {"to_char(5, '000')", nil, " 005"}, {"to_char(5, 'FM000')", nil, "005"}, {"to_char(1234, '999')", nil, " ###"}, {"to_char(0.1, 'FM9.99')", nil, ".1"}, {"to_char(485, 'S999')", nil, "+485"}, {"to_char(-485, '999MI')", nil, "485-"}, {"to_char(4, 'FMRN')", nil, "IV"}, {"to_number('12,454.8-', '99G999D9S')", nil, "-12454.8"}, {"to_char(1200, 'FM9,999')", nil, "1,200"}, {"to_char(0, '9')", nil, " 0"},
		// dates
		{"to_char($1, 'YYYY-MM-DD HH24:MI:SS.MS')", []value.Value{may}, "2024-05-17 18:09:03.250"}, {"to_char($1, 'FMMonth DD, YYYY; Dy DAY|FMDD\"T\"HH12 am Q WW IW ID J')", []value.Value{may}, "May 17, 2024; Fri FRIDAY   |17T06 pm 2 20 20 5 2460448"}, {"to_char($1, 'DDth RM yy')", []value.Value{may}, "17th V    24"}, {"to_char($1, 'YYYYMMDDHH24MISSMS')", []value.Value{may}, "20240517180903250"}, {"to_char($1, 'HH24:MI')", []value.Value{dt("08:05")}, "08:05"}, {"to_char(5, '')", nil, ""},
		{"to_date('07/05/2024', 'DD/MM/YYYY')", nil, "2024-05-07"}, {"to_date('20240507', 'YYYYMMDD')", nil, "2024-05-07"}, {"to_timestamp('2024-05-07 18:09:03', 'YYYY-MM-DD HH24:MI:SS')::timestamp", nil, "2024-05-07 18:09:03"}, {"to_date('2024 20 5', 'IYYY IW ID')", nil, "2024-05-17"}, {"to_date('5 Jan 07', 'DD Mon YY')", nil, "2007-01-05"}, {"to_date('2024-13-01', 'YYYY-MM-DD')", nil, `E3103: "2024-13-01" is not a date of the form "YYYY-MM-DD": 'MM' does not fit "-01"`}, {"to_timestamp('05:30 pm', 'HH12:MI am')::time", nil, "17:30:00"}, {"to_timestamp(1.5)::timestamp", nil, "1970-01-01 00:00:01.5"},
		{"extract(year from $1)::integer", []value.Value{may}, "2024"}, {"extract('epoch' from $1)", []value.Value{may}, "1715969343.250000"}, {"extract(dow from DATE '2024-09-01')", nil, "0"}, {"extract(week from DATE '2023-01-01')", nil, "52"}, {"extract(second from $1)::integer", []value.Value{dt("17:45:10")}, "10"}, {"extract(doy from DATE '2024-12-31')", nil, "366"}, {"extract(isodow from DATE '2024-09-01') || '|' || extract(quarter from DATE '2024-09-01')", nil, "7|3"},
		{"(date_trunc('MONTH', $1) + INTERVAL '1 MONTH - 1 day')::date", []value.Value{dt("2024-02-10")}, "2024-02-29"}, {"CAST((CAST(($1) AS date) + (-1)*(interval '1 month')) AS date)", []value.Value{dt("2024-03-31")}, "2024-02-29"}, {"CAST($1 + $2 * interval '1 year' AS date)", []value.Value{dt("2024-02-29"), n(1)}, "2025-02-28"}, {"TIME '23:59:50' + INTERVAL '1 second' * $1", []value.Value{n(20)}, "00:00:10"}, {"$1 - $2", []value.Value{dt("2024-03-01"), dt("2024-02-01")}, "29"}, {"trunc(extract('epoch' from ($1 - $2)))::bigint", []value.Value{dt("2024-01-02T00:00"), dt("2024-01-01T12:00")}, "43200"}, {"$1 + $2", []value.Value{dt("2024-01-02"), dt("08:30")}, "2024-01-02 08:30:00"}, {"age(DATE '2024-03-01', DATE '2023-01-31')", nil, "1 year 1 mon 1 day"}, {"date_trunc('week', $1)::date", []value.Value{may}, "2024-05-13"}, {"INTERVAL '90 minutes' + INTERVAL '1 day'", nil, "1 day 01:30:00"},
		{"to_char(now(), 'YYYYMMDDHH24MISSMS')", nil, "20240517150903250"}, {"DATE_TRUNC('second', LOCALTIMESTAMP)", nil, "2024-05-17 18:09:03"}, {"current_date", nil, "2024-05-17"}, {"LOCALTIMESTAMP(0)", nil, "2024-05-17 18:09:03"}, {"now() AT TIME ZONE 'UTC'", nil, "2024-05-17 15:09:03.25"}, {"(now() at time zone 'Asia/Tokyo')::time(0)", nil, "00:09:03"},
		// JSON
		{"$1->'a'->0", []value.Value{js(`{"a":[{"b":1}]}`)}, `{"b": 1}`}, {"$1->>'a'", []value.Value{js(`{"a":"x\ty"}`)}, "x\ty"}, {"$1->>'zz'", []value.Value{js(`{}`)}, "NULL"}, {"$1->>'a'", []value.Value{js(`{"a":null}`)}, "NULL"}, {"(($1)->(($2)-1))", []value.Value{js(`[5,6]`), n(2)}, "6"}, {"$1 #>> '{a,1}'", []value.Value{js(`{"a":[1,"z"]}`)}, "z"}, {"jsonb_extract_path_text($1, 'a', 'b')", []value.Value{js(`{"a":{"b":2.50}}`)}, "2.50"}, {"jsonb_extract_path($1, 'a')", []value.Value{js(`{"a":null}`)}, "null"}, {"json_array_length('[1,2]'::json)", nil, "2"}, {"(('[{\"k\":1}]')::json->0)->>'k'", nil, "1"},
		{"jsonb_recursive_merge($1, $2)", []value.Value{js(`{"a":1,"o":{"x":1}}`), js(`{"b":2,"o":{"y":2}}`)}, `{"a": 1, "b": 2, "o": {"x": 1, "y": 2}}`}, {"$1 || '{\"c\":3}'", []value.Value{js(`{"a":1}`)}, `{"a": 1, "c": 3}`}, {"$1 - 'a'", []value.Value{js(`{"a":1,"b":2}`)}, `{"b": 2}`}, {"$1 ? 'a'", []value.Value{js(`{"a":1}`)}, "1"}, {"$1 @> '{\"a\":1.0}'", []value.Value{js(`{"a":1,"b":2}`)}, "1"}, {"json_build_object('k', $1, 'n', NULL)", []value.Value{s(`x"`)}, `{"k" : "x\"", "n" : null}`}, {"jsonb_build_array(1, 'a', TRUE)", nil, `[1, "a", true]`}, {"jsonb_set($1, '{a,0}', '5')", []value.Value{js(`{"a":[1]}`)}, `{"a": [5]}`}, {"jsonb_typeof($1)", []value.Value{js(`"x"`)}, "string"}, {"'{'::json", nil, "E3105: not a JSON text: a key in quotes is expected at line 1, character 2"},
		// what cannot be evaluated
		{"foo($1)", nil, "E3107: the function 'foo' is not known in the formula at character 1"}, {"SELECT count(*) FROM t", nil, "E3107: an aggregate cannot be evaluated without a database in the formula at character 8"}, {"SELECT key FROM json_each($1)", nil, "E3107: the name 'key' is not known in the formula at character 8"}, {"1 +", nil, "E3107: an expression is expected, but the text ends in the formula at character 4"}, {"(1", nil, "compile: E3107: a bracket that is not closed in the formula at character 1"}, {"'x", nil, "compile: E3107: a string without end in the formula at character 1"}, {"lpad('x')", nil, "E3107: the function 'lpad' does not take 1 arguments in the formula at character 1"}, {"1 @@ 2", nil, "E3107: the operator '@@' is not known in the formula at character 3"}, {"$1 + 'x'", []value.Value{n(1)}, `E3103: "x" is not a value of type integer`}, {"'2024-01-01'::date + TRUE", nil, "E3107: the operator + is not defined for DATE and boolean"},
		{"1 -- note\n + /* x */ 2", nil, "3"},
	}
	for _, tt := range tests {
		if got := run(t, tt.text, tt.params...); got != tt.want {
			t.Errorf("%s\n got  %s\n want %s", tt.text, got, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	e, err := Compile("jsonb_extract_path_text($json, $field1, $field2)", "json", "field1", "field2")
	if err != nil || e.Params() != 3 {
		t.Fatal(err, e.Params())
	}
	v, err := e.Eval(t.Context(), nil, []value.Value{js(`{"a":{"b":"x"}}`), s("a"), s("b")})
	if err != nil || v.Str() != "x" {
		t.Fatal(value.TextOf(v), err)
	}
	if e, _ := Compile("$2 || $1 FROM x"); e.Params() != 2 {
		t.Errorf("a query has %d parameters", e.Params())
	}
}

func TestRows(t *testing.T) {
	tests := []struct {
		text, want string
		params     []value.Value
	}{
		{"unnest(string_to_array($1, $2))", "1=a 2=b 3=", []value.Value{s("a;b;"), s(";")}},
		{"jsonb_array_elements($1)", `1={"x": 1} 2=null`, []value.Value{js(`[{"x":1},null]`)}},
		{"jsonb_array_elements_text($1)", "1=q 2=NULL", []value.Value{js(`["q",null]`)}},
		{"jsonb_each_text($1)", "b=2 aa=x", []value.Value{js(`{"aa":"x","b":2}`)}},
		{"generate_series($1, $2, 2)", "1=1 2=3 3=5", []value.Value{n(1), n(6)}},
		{"jsonb_each($1)", "a JSON object is expected", []value.Value{js("5")}},
		{"jsonb_each($1)", "", []value.Value{{}}},
	}
	for _, tt := range tests {
		e, err := Compile(tt.text)
		if err != nil || !e.IsTable() {
			t.Fatal(tt.text, err)
		}
		rows, err := e.Rows(t.Context(), nil, tt.params)
		var parts []string
		for _, r := range rows {
			v := value.TextOf(r.Value)
			if r.Value.IsNull() {
				v = "NULL"
			}
			parts = append(parts, value.TextOf(r.Key)+"="+v)
		}
		got := strings.Join(parts, " ")
		if err != nil {
			got = err.Error()
		}
		if got != tt.want && !(err != nil && strings.Contains(got, tt.want)) {
			t.Errorf("%s: %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestResult(t *testing.T) {
	boolean := value.ClassBoolean
	for _, tt := range []struct {
		v    value.Value
		c    value.Class
		want string
	}{
		{value.TFalse, boolean, "NULL"}, {value.TTrue, boolean, "1"}, {n(1), boolean, "1"}, {value.TFalse, value.Class{}, "NULL"},
		{value.TFalse, value.Class{Name: value.NameTBoolean}, "0"}, {s("abcdef"), value.StringClass(3), "abc"}, {value.Decimal(12345, 3), value.NumericClass(10, 2), "12.35"},
		{value.Decimal(2, 0), value.ClassInteger, "2"},
	} {
		v, err := Result(tt.v, tt.c)
		got := value.TextOf(v)
		if v.IsNull() {
			got = "NULL"
		}
		if err != nil || got != tt.want {
			t.Errorf("%s as %s is %s %v, want %s", value.TextOf(tt.v), tt.c, got, err, tt.want)
		}
	}
}

// TestSlowPattern: a pattern that backtracks for ever ends in an error.
func TestSlowPattern(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as the limit")
	}
	got := run(t, "$1 ~ '^(a+)+$'", s(strings.Repeat("a", 40)+"b"))
	if !strings.Contains(got, "too long") {
		t.Error(got)
	}
}

func FuzzCompile(f *testing.F) {
	for _, text := range []string{
		"CASE WHEN $1 > 2 THEN to_char($2, 'YYYY FMDay') ELSE $1::numeric(5,2) || E'\\x' END", "substring($1 from 2 for 3) ~* '[[:alpha:]]+'",
		"jsonb_extract_path($1, 'a') #>> '{b,0}'", "'{a,\"b}'::text[]", "(string_to_array($1,','))[2]", "INTERVAL '1 mon -3 days 04:05' * 2.5", "to_char(-$1, 'S9G990D00PR')", "extract(week from now()) + to_date($1, 'IYYY IW')::date", "a.b(NOT 1, -~2 ^ 3) IS NOT NULL AND x BETWEEN 1 AND 2",
	} {
		f.Add(text, "12", "x,y")
	}
	f.Fuzz(func(t *testing.T, text, a, b string) {
		e, err := Compile(text)
		if err != nil || len(text) > 300 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		lower := strings.ToLower(text)
		if strings.Contains(lower, "repeat") || strings.Contains(lower, "pad") || strings.Contains(lower, "series") {
			return // may be large, by their limits
		}
		for _, p := range [][]value.Value{{s(a), s(b)}, {n(-7), may}, {{}, value.Decimal(25, 1)}} {
			if _, err := e.Eval(ctx, testEnv(), p); err != nil {
				if _, ok := err.(*value.Error); !ok {
					t.Errorf("%q gives an error of another kind: %v", text, err)
				}
			}
			if e.IsTable() {
				_, _ = e.Rows(ctx, testEnv(), p)
			}
		}
	})
}

var may = value.Of(value.DateTime, 1_715_969_343_250_000)

func BenchmarkEval(b *testing.B) {
	e, err := Compile("CASE WHEN strpos($1, 'b') > 0 THEN upper(substring($1, 2, 3)) ELSE $1 END")
	if err != nil {
		b.Fatal(err)
	}
	env, params := testEnv(), []value.Value{s("abcdef")}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Eval(context.Background(), env, params); err != nil {
			b.Fatal(err)
		}
	}
}
