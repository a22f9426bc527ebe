package functions

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golsf/golsf/runtime/value"
)

func env() *Env {
	return &Env{
		Now:    func() time.Time { return time.Date(2024, 5, 17, 18, 9, 3, 250_000_000, time.FixedZone("", 3*3600)) },
		Random: func() float64 { return 0.25 },
	}
}

// arg reads "CLASS:text"; without a class it is a STRING, "NULL" is NULL.
func arg(t *testing.T, s string) value.Value {
	t.Helper()
	if s == "NULL" {
		return value.Value{}
	}
	word, text, ok := strings.Cut(s, ":")
	class, known := value.ParseClass(word)
	if !ok || !known {
		return value.String(s)
	}
	v, err := value.ParseText(text, class)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

// find looks up "Utils.substr/3": a name and a number of parameters.
func find(table *Table, id string) (*Func, bool) {
	name, params, _ := strings.Cut(id, "/")
	return table.Find(name, int(params[0]-'0'))
}

func TestCall(t *testing.T) {
	tests := []struct {
		id   string
		args []string
		want string
	}{
		{"System.upper/1", []string{"straße"}, "STRAßE"}, {"System.upper/1", []string{"NULL"}, "NULL"}, {"System.lower/1", []string{"ÀÉ"}, "àé"}, {"System.random/0", nil, "0.25"},
		{"Utils.length/1", []string{"日本語"}, "3"}, {"Utils.substr/3", []string{"žluťoučký", "INTEGER:3", "INTEGER:4"}, "uťou"}, {"Utils.substrFrom/2", []string{"smith", "INTEGER:2"}, "mith"}, {"Utils.left/2", []string{"smith", "INTEGER:1"}, "s"}, {"Utils.right/2", []string{"smith", "INTEGER:2"}, "th"},
		{"Utils.replace/3", []string{"aaa", "aa", "b"}, "ba"}, {"Utils.strpos/2", []string{"日本語", "語"}, "3"}, {"Utils.getWord/3", []string{"red,green,blue", ",", "INTEGER:2"}, "green"}, {"Utils.getWord/3", []string{"red", ",", "INTEGER:4"}, "NULL"}, {"Utils.wordCount/2", []string{"a,b,c", ","}, "3"}, {"Utils.wordCount/2", []string{"", ","}, "NULL"}, {"Utils.splitPart/3", []string{"2024/05/17", "/", "INTEGER:9"}, ""},
		{"Utils.lpad/3", []string{"x", "INTEGER:6", "ab"}, "ababax"}, {"Utils.rpad/3", []string{"ab", "INTEGER:5", "."}, "ab..."}, {"Utils.ltrim/2", []string{"000120", "0"}, "120"}, {"Utils.rtrim/1", []string{" right  "}, " right"}, {"Utils.trim/1", []string{"  b "}, "b"}, {"Utils.repeat/2", []string{"-=", "LONG:2"}, "-=-="}, {"Utils.repeat/2", []string{"x", "INTEGER:0"}, ""},
		{"Utils.startsWith/2", []string{"invoice", "INV"}, "NULL"}, {"Utils.istartsWith/2", []string{"invoice", "INV"}, "1"}, {"Utils.endsWith/2", []string{"invoice", "ice"}, "1"}, {"Utils.isSubstring/2", []string{"invoice", "v_i"}, "1"}, {"Utils.isISubstring/2", []string{"invoice", "VOI"}, "1"}, {"Utils.onlyDigits/1", []string{""}, "1"}, {"Utils.onlyDigits/1", []string{"12a"}, "NULL"}, {"Utils.isWordInCSV/2", []string{"ab", "a,b"}, "NULL"}, {"Utils.isWordInCSV/2", []string{"b", "a,b"}, "1"},
		{"Utils.regexPatternMatch/2", []string{"AB-123", "^[A-Z]{2}-[0-9]+$"}, "1"}, {"Utils.regexPatternMatch/2", []string{"AB123", "^[A-Z]{2}-"}, "NULL"}, {"Utils.regexpReplace/4", []string{"John Smith", `(\w+) (\w+)`, `\2, \1`, ""}, "Smith, John"}, {"Utils.substring/2", []string{"no digits", "[0-9]+"}, "NULL"},
		{"Utils.escapeJSONValue/1", []string{"a\"\\\n\tb"}, `a\"\\b`}, {"Utils.escapeXMLValue/1", []string{`<'&">`}, "&lt;&apos;&amp;&quot;&gt;"}, {"Utils.toChar/2", []string{"DATE:2024-05-07", "DD.MM"}, "07.05"}, {"Utils.toChar/2", []string{"NUMERIC:12.5", "FM990.00"}, "12.50"}, {"Utils.toInteger/1", []string{"x"}, "0"}, {"Utils.toNumeric/1", []string{"2.5"}, "2.5000000000000000000"}, {"Utils.toNumericNull/1", []string{"x"}, "NULL"}, {"Utils.colorToHexString/1", []string{"COLOR:ff8000"}, "#ff8000"},
		{"Utils.encode/2", []string{"кот", "hex"}, "d0bad0bed182"}, {"Utils.encode/2", []string{"FILE:aGk=", "hex"}, "6869"}, {"Utils.decode/2", []string{"6869", "hex"}, "hi"}, {"Utils.encode/2", []string{strings.Repeat("x", 60), "base64"}, strings.Repeat("eHh4", 19) + "\neHh4"},
		{"System.file/2", []string{"RAWFILE:aGk=", "txt"}, "hi"}, {"System.extension/1", []string{"FILE:aGk="}, "dat"}, {"System.md5/1", []string{"RAWFILE:YWJj"}, "900150983cd24fb0d6963f7d28e17f72"},
		// numbers
		{"Utils.round/2", []string{"NUMERIC:2.675", "INTEGER:2"}, "2.68"}, {"Utils.round/2", []string{"DOUBLE:2.675", "INTEGER:2"}, "2.68"}, {"Utils.round/2", []string{"NUMERIC[10,3]:1.125", "INTEGER:2"}, "1.13"}, {"Utils.round/2", []string{"INTEGER:15", "INTEGER:-1"}, "20"}, {"Utils.round/2", []string{"INTEGER:5", "INTEGER:2"}, "5"}, {"Time.interval/2", []string{"TIME:08:00", "TIME:09:00"}, "08:00:00 - 09:00:00"}, {"Utils.floor/1", []string{"NUMERIC:-2.5"}, "-3.0"}, {"Utils.ceil/2", []string{"INTEGER:11", "INTEGER:5"}, "10"}, {"Utils.ceil/2", []string{"NUMERIC:11.0", "INTEGER:5"}, "15.0"}, {"Utils.floor/2", []string{"INTEGER:11", "INTEGER:0"}, "NULL"},
		{"Utils.min/2", []string{"INTEGER:3", "NUMERIC:2.50"}, "2.50"}, {"Utils.max/2", []string{"INTEGER:3", "NUMERIC:2.50"}, "3.00"}, {"Utils.trunc/2", []string{"NUMERIC:-2.567", "INTEGER:1"}, "-2.500"}, {"Utils.abs/1", []string{"INTEGER:-5"}, "5"}, {"Utils.mod/2", []string{"INTEGER:-17", "INTEGER:5"}, "-2"}, {"Utils.mod/2", []string{"INTEGER:1", "INTEGER:0"}, "E3107"}, {"Utils.percent/2", []string{"NUMERIC[10,2]:200", "INTEGER:10"}, "20.00"}, {"Utils.share/2", []string{"NUMERIC[10,2]:1", "NUMERIC[10,2]:3"}, "33.3333333333333333"}, {"Utils.share/2", []string{"INTEGER:1", "INTEGER:3"}, "33"}, {"Utils.delta/2", []string{"INTEGER:3", "INTEGER:5"}, "2"},
		{"Utils.sqrt/1", []string{"INTEGER:16"}, "4"}, {"Utils.sqrt/1", []string{"DOUBLE:2"}, "1.4142135623730951"}, {"Utils.power/2", []string{"INTEGER:2", "INTEGER:10"}, "1024.0"}, {"Utils.ln/1", []string{"INTEGER:1"}, "0.0"}, {"Utils.divideIntegerNeg/2", []string{"INTEGER:-7", "INTEGER:2"}, "-3"}, {"Utils.divideIntegerRnd/2", []string{"NUMERIC:7.0", "INTEGER:2"}, "4"}, {"Utils.bitwiseAnd/2", []string{"INTEGER:6", "INTEGER:3"}, "2"}, {"Utils.bitwiseNot/1", []string{"INTEGER:5"}, "-6"},
		// JSON
		{"Utils.field/2", []string{`JSON:{"o":{"y":2,"x":1}}`, "o"}, `{"x": 1, "y": 2}`}, {"Utils.fieldText/4", []string{`JSON:{"a":{"b":{"c":"t"}}}`, "a", "b", "c"}, "t"}, {"Utils.fieldText/2", []string{`JSON:{}`, "z"}, "NULL"}, {"Utils.fieldText/2", []string{`JSON:{"n":2.50}`, "n"}, "2.50"}, {"Utils.merge/2", []string{`JSON:{"a":1,"o":{"x":1}}`, `JSON:{"o":{"y":2}}`}, `{"a": 1, "o": {"x": 1, "y": 2}}`}, {"Utils.arrayElement/2", []string{`JSON:["a",5]`, "INTEGER:1"}, `"a"`}, {"Utils.jsonArrayLength/1", []string{"[1,2]"}, "2"}, {"Utils.jsonArrayElement/3", []string{`[{"id":"q"}]`, "INTEGER:1", "id"}, "q"}, {"Utils.jsonObject/2", []string{`{"b": {"z":1} }`, "b"}, `{"z":1}`}, {"Utils.jsonArrayLength/1", []string{"{"}, "E3105"},
		{"Utils.arrayText/2", []string{`JSON:["a",null,5]`, "INTEGER:3"}, "5"}, {"Utils.arrayText/2", []string{`JSON:["a",null,5]`, "INTEGER:2"}, "NULL"}, {"Utils.mapText/2", []string{`JSON:{"k":"v"}`, "k"}, "v"}, {"Utils.map/2", []string{`JSON:{"k":"v"}`, "k"}, `"v"`}, {"Utils.array/3", []string{"a;b", ";", "INTEGER:2"}, "b"}, {"Utils.array/2", []string{`JSON:[1]`, "INTEGER:9"}, "NULL"},
		// dates
		{"Time.currentDate/0", nil, "2024-05-17"}, {"Time.currentDateTime/0", nil, "2024-05-17 18:09:03"}, {"Time.currentDateTimeMillis/0", nil, "2024-05-17 18:09:03.25"}, {"Time.currentDateTime/1", []string{"INTEGER:1"}, "2024-05-17 18:09:03.2"}, {"Time.currentZDateTime/0", nil, "2024-05-17 15:09:03+00"}, {"Time.currentTime/0", nil, "18:09:03"}, {"Time.currentTimeText/0", nil, "20240517180903250"},
		{"Time.extractYear/1", []string{"DATE:2024-09-05"}, "2024"}, {"Time.extractDOY/1", []string{"DATE:2024-03-01"}, "61"}, {"Time.extractDOWNumber/1", []string{"DATE:2024-09-01"}, "0"}, {"Time.extractWeek/1", []string{"DATE:2023-01-01"}, "52"}, {"Time.extractHour/1", []string{"DATETIME:2024-01-01T05:06:07"}, "5"}, {"Time.extractSecond/1", []string{"TIME:17:45:10.9"}, "11"},
		{"Time.toDateISO/1", []string{"DATE:2024-05-07"}, "2024-05-07"}, {"Time.toDateDDMMYY/1", []string{"DATE:2024-05-07"}, "07.05.24"}, {"Time.toDateFormat/2", []string{"07/05/2024", "DD/MM/YYYY"}, "2024-05-07"}, {"Time.toDateTimeFormat/2", []string{"2024-05-07 18:09:03", "YYYY-MM-DD HH24:MI:SS"}, "2024-05-07 18:09:03"}, {"Time.toDateFormat/2", []string{"x", "YYYY"}, "E3103"},
		{"Time.sum/2", []string{"DATE:2024-12-30", "INTEGER:5"}, "2025-01-04"}, {"Time.subtract/2", []string{"DATE:2024-03-01", "LONG:1"}, "2024-02-29"}, {"Time.sumMonth/2", []string{"DATE:2024-03-31", "INTEGER:-1"}, "2024-02-29"}, {"Time.sumYear/2", []string{"DATE:2024-02-29", "INTEGER:1"}, "2025-02-28"}, {"Time.firstDayOfMonth/1", []string{"DATE:2024-02-10"}, "2024-02-01"}, {"Time.lastDayOfMonth/1", []string{"DATE:2023-02-10"}, "2023-02-28"}, {"Time.firstDayOfMonth/1", []string{"NULL"}, "NULL"}, {"Time.sum/2", []string{"DATE:2024-12-30", "LONG:9223372036854775807"}, "E3101"},
		{"Time.daysBetweenDates/2", []string{"DATE:2024-03-01", "DATE:2024-02-01"}, "29"}, {"Time.secondsBetweenDates/2", []string{"DATETIME:2024-01-02T00:00", "DATETIME:2024-01-01T00:00"}, "86400"}, {"Time.subtractSeconds/2", []string{"DATETIME:2024-01-01T10:00", "DATETIME:2024-01-01T10:01:05"}, "65"}, {"Time.subtractSeconds/2", []string{"TIME:08:00", "TIME:09:30"}, "5400"}, {"Time.subtractSeconds/2", []string{"DATETIME:2024-01-01T10:00", "LONG:5"}, "2024-01-01 09:59:55"}, {"Time.sumMinutes/2", []string{"TIME:23:30", "LONG:45"}, "00:15:00"}, {"Time.sumMinutes/2", []string{"DATETIME:2024-01-01T10:00", "LONG:45"}, "2024-01-01 10:45:00"}, {"Time.sumDay/2", []string{"DATETIME:2024-01-01T10:00", "LONG:2"}, "2024-01-03 10:00:00"}, {"Time.sumDay/2", []string{"DATETIME:2024-01-01T10:00", "LONG:9223372036854775807"}, "E3101"},
		{"Time.toDate/1", []string{"DATETIME:2024-01-01T10:00"}, "2024-01-01"}, {"Time.toTime/1", []string{"DATETIME:2024-01-01T10:00"}, "10:00:00"}, {"Time.toTime/1", []string{"INTEGER:65"}, "00:01:05"}, {"Time.toDateTime/2", []string{"DATE:2024-01-01", "TIME:22:00"}, "2024-01-01 22:00:00"}, {"Time.toDateTime/1", []string{"LONG:1500"}, "1970-01-01 00:00:01.5"}, {"Time.toDateTime/1", []string{"DATE:2024-01-01"}, "2024-01-01 00:00:00"}, {"Time.toSeconds/1", []string{"TIME:01:00:01.9"}, "3601"}, {"Time.getMilliSeconds/1", []string{"ZDATETIME:1970-01-01T00:00:01.5Z"}, "1500"}, {"Time.dateFromYearWeekDay/3", []string{"INTEGER:2024", "INTEGER:20", "INTEGER:5"}, "2024-05-17"}, {"Time.dateTimeToDateTime/2", []string{"DATE:2024-01-01", "TIME:10:30"}, "2024-01-01 10:30:00"},
		{"Time.interval/2", []string{"DATE:2024-07-01", "DATE:2024-07-05"}, "2024-07-01 - 2024-07-05"}, {"Time.from/1", []string{"INTERVAL[TIME]:08:00 - 16:00"}, "08:00:00"}, {"Time.to/1", []string{"INTERVAL[DATETIME]:2024-03-04T09:30 - 2024-03-04T11:00"}, "2024-03-04 11:00:00"},
	}
	table := New()
	for _, tt := range tests {
		f, ok := find(table, tt.id)
		if !ok {
			t.Errorf("%s is not there", tt.id)
			continue
		}
		args := make([]value.Value, len(tt.args))
		for i, a := range tt.args {
			args[i] = arg(t, a)
		}
		v, err := f.Call(t.Context(), env(), args)
		got := value.TextOf(v)
		if v.IsNull() {
			got = "NULL"
		}
		if e, ok := err.(*value.Error); ok {
			got = e.Code
		}
		if got != tt.want {
			t.Errorf("%s%q = %s (%v), want %s", tt.id, tt.args, got, err, tt.want)
		}
	}
}

// TestTable checks what every row promises: a known module, a line of text, and
// no panic whatever the arguments are.
func TestTable(t *testing.T) {
	odd := []value.Value{
		{}, value.String(""), value.String("x,y"), value.Int(-3), value.Int64(1 << 62), value.Decimal(-15, 1), value.Float(1e300), value.True,
		arg(t, "DATE:2024-01-31"), arg(t, "DATETIME:2024-01-31T10:00"), arg(t, "TIME:10:00"), arg(t, "JSON:[1]"), arg(t, "FILE:aGk="), arg(t, "INTERVAL[DATE]:2024-01-01 - 2024-01-02"), arg(t, "COLOR:ff0000"),
	}
	table := New()
	for _, f := range table.All() {
		module, _, _ := strings.Cut(f.Name, ".")
		if module != "System" && module != "Utils" && module != "Time" || f.Doc == "" {
			t.Errorf("%s: module %s, doc %q", f.Signature(), module, f.Doc)
		}
		if f.Name == "Utils.repeat" || f.Name == "Utils.lpad" || f.Name == "Utils.rpad" {
			continue // long texts, by their limit
		}
		args := make([]value.Value, len(f.Params))
		for _, a := range odd {
			for _, b := range odd {
				for i := range args {
					args[i] = []value.Value{a, b}[i%2]
				}
				v, err := f.Call(t.Context(), env(), args)
				if err != nil {
					if _, ok := err.(*value.Error); !ok {
						t.Errorf("%s: an error of another kind: %v", f.Signature(), err)
					}
				} else if !f.Maybe && v.IsNull() && !a.IsNull() && !b.IsNull() && len(args) == 1 && f.Params[0] == value.ClassOfValue(a) {
					t.Errorf("%s(%s) is NULL", f.Signature(), value.TextOf(a))
				}
			}
		}
	}
}

func TestEnumerated(t *testing.T) {
	want := map[string]string{
		"Utils.array/2": `1={"x": 1} 2=5`, "Utils.arrayText/2": `1={"x": 1} 2=5`, "Utils.map/2": "", "Utils.mapText/2": "", "Utils.array/3": "1=a 2=b",
	}
	for _, r := range Enumerated() {
		id := fmt.Sprint(r.Name, "/", len(r.Params)+1)
		args := []value.Value{arg(t, `JSON:[{"x":1},5]`)}
		if len(r.Params) == 2 {
			args = []value.Value{value.String("a;b"), value.String(";")}
		}
		rows, err := r.Call(t.Context(), env(), args)
		var parts []string
		for _, row := range rows {
			parts = append(parts, value.TextOf(row.Key)+"="+value.TextOf(row.Value))
		}
		if got := strings.Join(parts, " "); got != want[id] || (err != nil) != (want[id] == "") {
			t.Errorf("%s: %s %v", id, got, err)
		}
	}
}
