package value

import (
	"math"
	"math/big"
	"testing"
	"time"
)

// val reads a value in the notation of these tests: "class:text", the class
// as in programs; "NULL" is NULL.
func val(t testing.TB, s string) Value {
	t.Helper()
	if s == "NULL" {
		return Value{}
	}
	for i := range s {
		if s[i] != ':' {
			continue
		}
		c, ok := ParseClass(s[:i])
		if !ok {
			t.Fatalf("class in %q", s)
		}
		if c.Name == NameString && s[i+1:] == "" {
			return String("")
		}
		v, err := ParseText(s[i+1:], c)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		return v
	}
	t.Fatalf("no class in %q", s)
	return Value{}
}

func show(v Value, err error) string {
	if err != nil {
		if e, ok := err.(*Error); ok {
			return e.Code
		}
		return err.Error()
	}
	if v.IsNull() {
		return "NULL"
	}
	return TextOf(v)
}

func TestArithmetic(t *testing.T) {
	ops := map[string]func(a, b Value) (Value, error){
		"+": Add, "-": Sub, "*": Mul, "/": Div, "(+)": SumPlus, "(-)": SumMinus,
	}
	tests := []struct{ a, op, b, want string }{
		{"INTEGER:-7", "/", "INTEGER:2", "-3"},
		{"INTEGER:7", "/", "LONG:2", "3"},
		{"INTEGER:5", "/", "INTEGER:0", "NULL"},
		{"NUMERIC:5.0", "/", "INTEGER:0", "NULL"},
		{"DOUBLE:1.5", "/", "DOUBLE:0", "NULL"},
		{"NULL", "+", "INTEGER:1", "NULL"},
		{"INTEGER:2147483647", "+", "INTEGER:1", CodeOverflow},
		{"INTEGER:-2147483648", "-", "INTEGER:1", CodeOverflow},
		{"INTEGER:-2147483648", "/", "INTEGER:-1", CodeOverflow},
		{"INTEGER:65536", "*", "INTEGER:65536", CodeOverflow},
		{"LONG:65536", "*", "INTEGER:65536", "4294967296"},
		{"LONG:9223372036854775807", "+", "INTEGER:1", CodeOverflow},
		{"LONG:-9223372036854775808", "/", "INTEGER:-1", CodeOverflow},
		{"LONG:-9223372036854775808", "*", "LONG:-1", CodeOverflow},
		{"LONG:4611686018427387904", "*", "LONG:-2", "-9223372036854775808"},
		{"NUMERIC[10,2]:2.5", "+", "NUMERIC[12,3]:1.125", "3.625"},
		{"NUMERIC[10,2]:2.5", "*", "NUMERIC[12,3]:1.125", "2.81250"},
		{"NUMERIC[10,2]:2.5", "/", "NUMERIC[12,3]:1.125", "2.22222222222222222222222222222222"},
		{"NUMERIC[10,2]:2.5", "/", "INTEGER:2", "1.25000000000000000000000000000000"},
		{"INTEGER:2", "/", "NUMERIC:3.0", "0.66666666666666666666666666666667"},
		{"NUMERIC:-2.0", "/", "INTEGER:3", "-0.66666666666666666666666666666667"},
		{"NUMERIC[10,2]:2.5", "-", "NUMERIC[10,2]:2.5", "0.00"},
		{"NUMERIC:1.10", "-", "NUMERIC:0.1", "1.00"},
		{"NUMERIC:0.1", "+", "NUMERIC:0.2", "0.3"},
		{"NUMERIC:9223372036854775807", "+", "NUMERIC:0.01", "9223372036854775807.01"},
		{"NUMERIC:92233720368547758.07", "-", "NUMERIC:-9223372036854775807.5", "9315605757223323565.57"},
		{"NUMERIC:99999999999.99", "*", "NUMERIC:99999999999.99", "9999999999998000000000.0001"},
		{"NUMERIC:0.00000000000000000001", "*", "NUMERIC:0.00000000000000000003", "0.00000000000000000000000000000000"},
		{"DOUBLE:2.5", "*", "NUMERIC[10,2]:2.5", "6.25000000000000000000000000000000"},
		{"DOUBLE:2.5", "/", "INTEGER:3", "0.8333333333333334"},
		{"DOUBLE:0.5", "+", "INTEGER:1", "1.5"},
		{"DOUBLE:2.5", "*", "INTEGER:2", "5.0"},
		{"DOUBLE:1e308", "*", "INTEGER:10", CodeOverflow},
		{"STRING:x", "+", "NUMERIC:2.50", "x2.50"},
		{"INTEGER:5", "+", "STRING:x", "5x"},
		{"STRING:x", "+", "BOOLEAN:true", "x1"},
		{"STRING:x", "+", "DATETIME:2024-01-31T10:20:30", "x2024-01-31 10:20:30"},
		{"STRING:x", "-", "STRING:y", CodeOperands},
		{"DATE:2024-12-30", "+", "INTEGER:5", "2025-01-04"},
		{"INTEGER:1", "+", "DATE:2024-02-28", "2024-02-29"},
		{"DATE:2024-03-01", "-", "DATE:2024-02-01", "29"},
		{"TIME:23:59:50", "+", "INTEGER:20", "00:00:10"},
		{"TIME:10:00", "-", "INTEGER:1", "09:59:59"},
		{"TIME:00:00", "-", "LONG:9223372036854775807", "08:29:53"},
		{"TIME:10:30", "-", "TIME:09:15:30", "4470"},
		{"DATETIME:2024-02-28T23:59:30", "+", "INTEGER:45", "2024-02-29 00:00:15"},
		{"DATETIME:2024-02-28T23:59:30", "+", "NUMERIC:0.5", "2024-02-28 23:59:30.5"},
		{"DATETIME:2024-01-02T00:00", "-", "DATETIME:2024-01-01T12:00", "43200"},
		{"DATETIME:2024-01-02T00:00", "+", "LONG:9223372036854775807", CodeOverflow},
		{"INTEGER:5", "(-)", "INTEGER:5", "NULL"},
		{"NULL", "(+)", "INTEGER:0", "NULL"},
		{"INTEGER:5", "(+)", "NULL", "5"},
		{"NULL", "(-)", "NUMERIC[10,2]:4", "-4.00"},
		{"NULL", "(-)", "NULL", "NULL"},
		{"NUMERIC[10,2]:7", "(-)", "NUMERIC[10,2]:7", "NULL"},
	}
	for _, tt := range tests {
		if got := show(ops[tt.op](val(t, tt.a), val(t, tt.b))); got != tt.want {
			t.Errorf("%s %s %s = %s, want %s", tt.a, tt.op, tt.b, got, tt.want)
		}
	}
}

func TestRound(t *testing.T) {
	tests := []struct {
		v      string
		digits int
		want   string
	}{
		{"NUMERIC[12,3]:1.125", 2, "1.13"}, {"NUMERIC[12,3]:1.125", 0, "1"}, {"NUMERIC[12,3]:1.125", -1, "0.000"},
		{"NUMERIC:2.5", 0, "3"}, {"NUMERIC:-2.5", 0, "-3"}, {"NUMERIC:12345.678", -2, "12300.000"},
		{"NUMERIC:0.02876", 4, "0.0288"}, {"NUMERIC:3.14159", 9, "3.141590000"}, {"DOUBLE:2.675", 2, "2.68"},
		{"INTEGER:15", 1, "15.0"}, {"INTEGER:15", -1, "20"}, {"NULL", 2, "NULL"}, {"STRING:x", 1, CodeOperands},
		{"NUMERIC:99999999999999999999.995", 2, "100000000000000000000.00"},
	}
	for _, tt := range tests {
		if got := show(Round(val(t, tt.v), tt.digits)); got != tt.want {
			t.Errorf("ROUND(%s, %d) = %s, want %s", tt.v, tt.digits, got, tt.want)
		}
	}
}

// TestNumericAgainstBig compares the int64 paths with exact rationals.
func TestNumericAgainstBig(t *testing.T) {
	nums := []int64{0, 1, -1, 5, -5, 49, 50, -50, 99, 12345678, math.MaxInt32, math.MinInt32, 1e17, -1e18, math.MaxInt64, math.MinInt64}
	scales := []int{0, 1, 2, 7, 18, 20, 32}
	rat := func(v Value) *big.Rat {
		return new(big.Rat).SetFrac(v.unscaled(), bigPow10(int(v.aux)))
	}
	for _, an := range nums {
		for _, bn := range nums {
			for _, as := range scales {
				for _, bs := range scales {
					a, b := Decimal(an, as), Decimal(bn, bs)
					ar, br := rat(a), rat(b)
					sum, err := Add(a, b)
					if err != nil || rat(sum).Cmp(new(big.Rat).Add(ar, br)) != 0 || sum.Scale() != max(as, bs) {
						t.Fatalf("%s + %s = %s %v", TextOf(a), TextOf(b), TextOf(sum), err)
					}
					diff, err := Sub(a, b)
					if err != nil || rat(diff).Cmp(new(big.Rat).Sub(ar, br)) != 0 {
						t.Fatalf("%s - %s = %s %v", TextOf(a), TextOf(b), TextOf(diff), err)
					}
					if as+bs <= MaxScale {
						product, err := Mul(a, b)
						if err != nil || rat(product).Cmp(new(big.Rat).Mul(ar, br)) != 0 {
							t.Fatalf("%s * %s = %s %v", TextOf(a), TextOf(b), TextOf(product), err)
						}
					}
					if got, want := Compare(a, b), ar.Cmp(br); got != want {
						t.Fatalf("Compare(%s, %s) = %d, want %d", TextOf(a), TextOf(b), got, want)
					}
					if (Compare(a, b) == 0) != (string(AppendKey(nil, a)) == string(AppendKey(nil, b))) {
						t.Fatalf("keys of %s and %s", TextOf(a), TextOf(b))
					}
					if back, ok := ParseNumeric(TextOf(a)); !ok || Compare(back, a) != 0 || back.Scale() != as {
						t.Fatalf("%s reads back as %s", TextOf(a), TextOf(back))
					}
				}
			}
		}
	}
}

func TestCast(t *testing.T) {
	tests := []struct{ v, class, want string }{
		{"STRING:42", "INTEGER", "42"}, {"STRING:12.345", "NUMERIC[10,2]", "12.35"}, {"STRING:2.5", "DOUBLE", "2.5"},
		{"STRING:abc", "INTEGER", "NULL"}, {"STRING:", "INTEGER", "NULL"}, {"STRING:1,5", "NUMERIC[10,2]", "1.50"},
		{"STRING: 7 ", "INTEGER", "NULL"}, {"STRING:7 ", "INTEGER", "7"}, {"STRING:4.6", "INTEGER", "5"}, {"STRING:-5", "INTEGER", "-5"},
		{"STRING:+5", "NUMERIC[10,2]", "5.00"}, {"STRING:1e3", "INTEGER", "NULL"}, {"STRING:.5", "NUMERIC[10,2]", "NULL"},
		{"STRING:9999999999", "INTEGER", "NULL"}, {"STRING:9999999999", "NUMERIC[10,2]", "NULL"}, {"STRING:1,5", "INTEGER", "2"},
		{"STRING:--5", "INTEGER", "NULL"}, {"STRING:1.2,3", "NUMERIC", "NULL"},
		{"LONG:3000000000", "INTEGER", "NULL"}, {"NUMERIC:2.5", "INTEGER", "3"}, {"NUMERIC:-2.5", "INTEGER", "-3"},
		{"DOUBLE:2.5", "INTEGER", "2"}, {"NUMERIC:2.675", "NUMERIC[5,2]", "2.68"}, {"NUMERIC:12345.68", "NUMERIC[5,2]", "NULL"},
		{"NUMERIC:0.5", "NUMERIC[1,1]", "0.5"}, {"DOUBLE:0.16666666666666666", "NUMERIC[10,3]", "0.167"},
		{"DOUBLE:NaN", "INTEGER", "NULL"}, {"DOUBLE:NaN", "NUMERIC", "NULL"}, {"DOUBLE:1e30", "LONG", "NULL"},
		{"NUMERIC:99999999999999999999", "LONG", "NULL"},
		{"INTEGER:12345", "STRING[3]", "123"}, {"STRING:žluť", "STRING[2]", "žl"}, {"STRING:ab ", "BPSTRING[5]", "ab"}, {"STRING:ab ", "STRING[5]", "ab "},
		{"BOOLEAN:true", "STRING", "1"}, {"TBOOLEAN:false", "STRING", "0"}, {"TBOOLEAN:false", "BOOLEAN", "1"}, {"INTEGER:0", "TBOOLEAN", "0"},
		{"STRING:2024-05-17", "DATE", "2024-05-17"}, {"STRING:2024-5-7", "DATE", "2024-05-07"}, {"STRING:abc", "DATE", CodeFormat},
		{"STRING:2024-02-30", "DATE", CodeFormat}, {"STRING:", "DATE", CodeFormat}, {"STRING:08:09:10", "TIME", "08:09:10"},
		{"STRING:2024-05-17 08:09:10", "DATETIME", "2024-05-17 08:09:10"}, {"STRING:2024-05-17T08:09:10.25", "DATETIME", "2024-05-17 08:09:10.25"},
		{"STRING:20240517", "DATETIME", "2024-05-17 00:00:00"}, {"STRING:2026-08-17T12:34:56+03:00", "ZDATETIME", "2026-08-17 09:34:56+00"},
		{"DATETIME:2024-05-17T08:09:10", "DATE", "2024-05-17"}, {"DATETIME:1969-12-31T23:00", "DATE", "1969-12-31"},
		{"DATETIME:2024-05-17T08:09:10", "TIME", "08:09:10"}, {"DATE:2024-05-17", "DATETIME", "2024-05-17 00:00:00"},
		{"DATE:2024-05-17", "TIME", CodeOperands}, {"DATE:2024-05-17", "INTEGER", CodeOperands}, {"STRING:x", "BOOLEAN", CodeFormat},
		{`STRING:{"b":1, "a":2.50}`, "JSON", `{"a": 2.50, "b": 1}`}, {`STRING:{"b":1}`, "JSONTEXT", `{"b":1}`}, {"STRING:HI", "JSON", CodeJSON},
		{"STRING:x;y", "CSVFILE", "x;y"}, {"STRING:#ff0000", "COLOR", "-65536"}, {"COLOR:ff0000", "STRING", "-65536"}, {"COLOR:-65536", "INTEGER", "-65536"},
		{"NULL", "DATE", "NULL"},
	}
	for _, tt := range tests {
		c, ok := ParseClass(tt.class)
		if !ok {
			t.Fatal(tt.class)
		}
		if got := show(Cast(val(t, tt.v), c)); got != tt.want {
			t.Errorf("%s(%s) = %s, want %s", tt.class, tt.v, got, tt.want)
		}
	}
}

func TestCastFiles(t *testing.T) {
	text, _ := Cast(String(`{"a":1}`), Class{Name: NameJSONFile})
	file, err := Cast(text, ClassFile)
	if err != nil || file.File().Ext != "json" || file.ClassName() != NameFile {
		t.Fatalf("FILE(JSONFILE) is %v %v", file.File(), err)
	}
	named, _ := Cast(file, Class{Name: NameNamedFile})
	if f := named.File(); f.Name != "file" || f.Ext != "json" || TextOf(named) != `{"a":1}` {
		t.Fatalf("NAMEDFILE(FILE) is %v", f)
	}
	raw, _ := Cast(named, Class{Name: NameRawFile})
	if f := raw.File(); f.Name != "" || f.Ext != "" {
		t.Fatalf("RAWFILE(NAMEDFILE) is %v", f)
	}
	book, _ := Cast(FileOf(NameExcelFile, &FileData{Bytes: []byte("PK\x03\x04rest")}), ClassFile)
	if book.File().Ext != "xlsx" {
		t.Fatalf("extension %q", book.File().Ext)
	}
	if v, err := Cast(FileOf(NameRawFile, &FileData{Bytes: []byte{0xff}}), ClassString); !v.IsNull() || err != nil {
		t.Fatalf("STRING of no UTF-8 is %v %v", TextOf(v), err)
	}
}

func TestAssign(t *testing.T) {
	tests := []struct{ v, class, want string }{
		{"STRING:abcdef", "STRING[3]", "abc"}, {"STRING:ab ", "BPSTRING[5]", "ab"}, {"NUMERIC:2.5", "INTEGER", "3"},
		{"NUMERIC:-1.005", "NUMERIC[5,2]", "-1.01"}, {"NUMERIC:123456.0", "NUMERIC[5,2]", CodeRange}, {"NUMERIC:999.995", "NUMERIC[5,2]", CodeRange},
		{"LONG:3000000000", "INTEGER", CodeRange}, {"DOUBLE:2.675", "NUMERIC[5,2]", "2.68"}, {"DOUBLE:2.5", "INTEGER", "3"},
		{"INTEGER:5", "NUMERIC[10,2]", "5.00"}, {"INTEGER:5", "DOUBLE", "5.0"}, {"NUMERIC:1.500", "NUMERIC", "1.500"},
		{"DOUBLE:NaN", "NUMERIC[5,2]", CodeRange}, {"NULL", "INTEGER", "NULL"}, {"INTEGER:7", "LONG", "7"},
	}
	for _, tt := range tests {
		c, _ := ParseClass(tt.class)
		if got := show(Assign(val(t, tt.v), c)); got != tt.want {
			t.Errorf("%s <- %s is %s, want %s", tt.class, tt.v, got, tt.want)
		}
	}
}

func TestTexts(t *testing.T) {
	tests := []struct{ v, text, wire string }{
		{"DOUBLE:10000000", "1.0E7", "1.0E7"}, {"DOUBLE:0.0001", "1.0E-4", "1.0E-4"}, {"DOUBLE:-12345678.5", "-1.23456785E7", "-1.23456785E7"},
		{"DOUBLE:3", "3.0", "3.0"}, {"DOUBLE:0.3333333333333333", "0.3333333333333333", "0.3333333333333333"}, {"DOUBLE:0.001", "0.001", "0.001"},
		{"NUMERIC:0.0000000001", "0.0000000001", "1E-10"}, {"NUMERIC:-0.00000012", "-0.00000012", "-1.2E-7"}, {"NUMERIC:0.000001", "0.000001", "0.000001"},
		{"NUMERIC[10,2]:0", "0.00", "0.00"}, {"NUMERIC[10,2]:-0.5", "-0.50", "-0.50"},
		{"BOOLEAN:true", "1", "true"}, {"TBOOLEAN:false", "0", "false"}, {"TIME:10:30:00.5", "10:30:00.5", "10:30:00.5"},
		{"DATETIME:2024-05-06T07:08:09", "2024-05-06 07:08:09", "2024-05-06T07:08:09"}, {"ZDATETIME:2026-08-17T12:34:56.1+03:00", "2026-08-17 09:34:56.1+00", "2026-08-17T09:34:56.100Z"},
		{"INTERVAL[DATE]:2024-01-02 - 2024-03-04", "2024-01-02 - 2024-03-04", "2024-01-02 - 2024-03-04"},
		{"YEAR:2024", "2024", "2024"}, {"COLOR:#ff0000", "-65536", "-65536"}, {"NULL", "", ""},
	}
	for _, tt := range tests {
		v := val(t, tt.v)
		if TextOf(v) != tt.text || WireText(v) != tt.wire {
			t.Errorf("%s: text %q, want %q; wire %q, want %q", tt.v, TextOf(v), tt.text, WireText(v), tt.wire)
		}
	}
}

func TestParseText(t *testing.T) {
	tests := []struct{ text, class, want string }{
		{"", "STRING", "NULL"}, {" 7 ", "INTEGER", "7"}, {"+7", "INTEGER", "7"}, {"007", "INTEGER", "7"}, {"1.0", "INTEGER", CodeFormat}, {"2147483648", "INTEGER", CodeFormat},
		{"1,5", "NUMERIC[10,2]", "1.50"}, {".5", "NUMERIC[10,2]", "0.50"}, {"5.", "NUMERIC[10,2]", "5.00"}, {"1e3", "NUMERIC[10,2]", "1000.00"}, {"1.005", "NUMERIC[10,2]", "1.01"},
		{"1 000", "NUMERIC[10,2]", CodeFormat}, {"NaN", "NUMERIC[10,2]", CodeFormat}, {"1e5", "DOUBLE", "100000.0"}, {"0x10", "DOUBLE", CodeFormat},
		{"TRUE", "BOOLEAN", "1"}, {"1", "BOOLEAN", "NULL"}, {"False", "TBOOLEAN", "0"}, {"abcd", "STRING[2]", "ab"},
		{"20.08.18", "DATE", "2018-08-20"}, {"06.05.2024", "DATE", "2024-05-06"}, {"20240506", "DATE", "2024-05-06"}, {"05/06/2024", "DATE", "2024-05-06"}, {"2024/05/06", "DATE", "2024-05-06"},
		{"06 May 2024", "DATE", "2024-05-06"}, {"06 august 2024 7:08", "DATETIME", "2024-08-06 07:08:00"}, {"2026-02-30", "DATE", "2026-02-28"}, {"2026-13-01", "DATE", CodeFormat}, {"7.8.2026", "DATE", CodeFormat},
		{"2026-08-17T12:34:56+03:00", "DATETIME", "2026-08-17 12:34:56"}, {"2026-08-17T12:34", "DATETIME", "2026-08-17 12:34:00"}, {"2026-08-17T12:34", "DATE", CodeFormat}, {"2026-08-17+03:00", "DATE", "2026-08-17"},
		{"202608171234", "DATETIME", "2026-08-17 12:34:00"}, {"20260817 123456", "DATETIME", "2026-08-17 12:34:56"}, {"2026-08-17 1:02:03.1234567", "DATETIME", "2026-08-17 01:02:03.123457"},
		{"24:00", "TIME", "00:00:00"}, {"9:05", "TIME", "09:05:00"}, {"2026-01-01 10:00", "TIME", CodeFormat}, {"--", "DATE", CodeFormat},
		{"2026-08-17T12:34Z", "ZDATETIME", "2026-08-17 12:34:00+00"}, {"2026-08-17T12:34:56+03:00[Europe/Minsk]", "ZDATETIME", "2026-08-17 09:34:56+00"},
		{"2026-08-17T12:34:56+0300", "ZDATETIME", CodeFormat}, {"2026-08-17T12:34:56", "ZDATETIME", CodeFormat},
		{"2024-02-01 - 2024-01-01", "INTERVAL[DATE]", "NULL"}, {"2024-02-01", "INTERVAL[DATE]", CodeFormat},
		{"#80ff0000", "COLOR", "-65536"}, {"#FFF", "COLOR", CodeFormat}, {"aGk=", "RAWFILE", "hi"}, {"?", "FILE", CodeFormat},
	}
	for _, tt := range tests {
		c, ok := ParseClass(tt.class)
		if !ok {
			t.Fatal(tt.class)
		}
		if got := show(ParseText(tt.text, c)); got != tt.want {
			t.Errorf("ParseText(%q, %s) = %s, want %s", tt.text, tt.class, got, tt.want)
		}
	}
}

func TestCompare(t *testing.T) {
	ordered := []Value{
		{}, TFalse, TTrue, Int(-3), Decimal(-25, 1), Int(0), Decimal(5, 1), Float(0.75), Int64(1), Float(1e300), Float(math.NaN()),
		String(""), String("1"), String("B"), String("_"), String("a"), String("ab"), String("ж"),
		Of(Date, -1), Of(Date, 5),
		StructOf([]Value{Int(1), Int(2)}), StructOf([]Value{Int(1), Decimal(25, 1)}), StructOf([]Value{Int(2), Int(0)}),
	}
	for i, a := range ordered {
		for j, b := range ordered {
			got, want := Compare(a, b), 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got != want {
				t.Errorf("Compare(%s, %s) = %d, want %d", TextOf(a), TextOf(b), got, want)
			}
			if Equal(a, b) != (i == j) || (string(AppendKey(nil, a)) == string(AppendKey(nil, b))) != (i == j) {
				t.Errorf("equality of %q and %q", TextOf(a), TextOf(b))
			}
		}
	}
	same := []Value{Int(1), Int64(1), Decimal(100, 2), Float(1), Of(Year, 1), BigDecimal(big.NewInt(10), 1)}
	for _, a := range same {
		for _, b := range same {
			if !Equal(a, b) || Hash(a) != Hash(b) || string(AppendKey(nil, a)) != string(AppendKey(nil, b)) {
				t.Errorf("%v and %v are not one key", a.Kind(), b.Kind())
			}
		}
	}
}

func TestClasses(t *testing.T) {
	class := func(s string) Class {
		c, ok := ParseClass(s)
		if !ok && s != "" {
			t.Fatal(s)
		}
		return c
	}
	for _, s := range []string{"NUMERIC[10,2]", "NUMERIC", "STRING[5]", "BPISTRING[3]", "TEXT", "INTERVAL[DATE]", "JSONFILE", "XML", "YEAR"} {
		if class(s).String() != s {
			t.Errorf("%s reads as %s", s, class(s))
		}
	}
	for _, s := range []string{"", "OBJECT", "Foo", "NUMERIC[2]", "STRING[x]", "INTEGER[3]", "STRING[", "string"} {
		if c, ok := ParseClass(s); ok {
			t.Errorf("%q is %s", s, c)
		}
	}
	tests := []struct {
		op      func(a, b Class) (Class, bool)
		a, b, w string
	}{
		{Common, "INTEGER", "NUMERIC[10,2]", "NUMERIC[12,2]"}, {Common, "NUMERIC[10,2]", "NUMERIC[10,4]", "NUMERIC[12,4]"}, {Common, "LONG", "INTEGER", "LONG"},
		{Common, "DOUBLE", "NUMERIC[10,2]", "DOUBLE"}, {Common, "STRING[5]", "ISTRING[3]", "ISTRING[5]"}, {Common, "STRING[5]", "STRING", "STRING"},
		{Common, "BPSTRING[5]", "TEXT", "TEXT"}, {Common, "JSONFILE", "CSVFILE", "RAWFILE"}, {Common, "FILE", "CSVFILE", ""}, {Common, "DATE", "INTEGER", ""}, {Common, "", "DATE", "DATE"},
		{MulClass, "NUMERIC[10,2]", "NUMERIC[12,3]", "NUMERIC[22,5]"}, {MulClass, "INTEGER", "LONG", "LONG"}, {MulClass, "DOUBLE", "NUMERIC[10,2]", "NUMERIC[127,32]"},
		{DivClass, "NUMERIC[10,2]", "INTEGER", "NUMERIC[40,32]"}, {DivClass, "INTEGER", "INTEGER", "INTEGER"},
		{AddClass, "DATE", "INTEGER", "DATE"}, {SubClass, "DATE", "DATE", "INTEGER"}, {SubClass, "TIME", "TIME", "LONG"}, {AddClass, "STRING[3]", "INTEGER", "STRING[14]"},
		{AddClass, "BOOLEAN", "INTEGER", ""}, {SubClass, "STRING", "STRING", ""},
	}
	for _, tt := range tests {
		got, ok := tt.op(class(tt.a), class(tt.b))
		if want := class(tt.w); ok != (tt.w != "") || ok && got != want {
			t.Errorf("%s, %s: %s %v, want %s", tt.a, tt.b, got, ok, tt.w)
		}
	}
}

func TestNormalizeJSON(t *testing.T) {
	tests := []struct{ text, want string }{
		{` {"bb":1,"a":[1, 2.50,{}],"c":"x\u0416\n","a":[]} `, `{"a": [], "c": "xЖ\n", "bb": 1}`},
		{`[1e3,1.50e1,-0,-1E-2,1.5e0,12e-4]`, `[1000, 15.0, 0, -0.01, 1.5, 0.0012]`},
		{`"\ud83d\ude00\/"`, `"😀/"`}, {"null", "null"},
		{`{"a":1}x`, CodeJSON}, {`{a:1}`, CodeJSON}, {`[1,]`, CodeJSON}, {`01`, CodeJSON}, {`"\u0000"`, CodeJSON}, {``, CodeJSON}, {`nul`, CodeJSON}, {"\"\x01\"", CodeJSON}, {`1e999999`, CodeJSON}, {`"\ud800"`, CodeJSON},
	}
	for _, tt := range tests {
		got, err := NormalizeJSON(tt.text)
		if err != nil {
			got = err.(*Error).Code
		}
		if got != tt.want {
			t.Errorf("NormalizeJSON(%s) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestCalendar(t *testing.T) {
	for day := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2500; day = day.AddDate(0, 0, 17) {
		y, m, d := day.Date()
		n := DayOf(y, int(m), d)
		if n != floorDiv(day.Unix(), 86400) {
			t.Fatalf("DayOf(%v) = %d", day, n)
		}
		if cy, cm, cd := CivilOf(n); cy != y || cm != int(m) || cd != d {
			t.Fatalf("CivilOf(%d) = %d %d %d, want %v", n, cy, cm, cd, day)
		}
	}
	for text, want := range map[string]string{
		"2024_02_29": "2024-02-29", "2023_02_29": "", "10:20": "10:20:00", "24:00": "", "2024_01_31_10:20:30": "2024-01-31 10:20:30", "2024_1_31": "", "2024_01_31_": "",
	} {
		v, ok := ParseDateLiteral(text)
		if ok != (want != "") || ok && TextOf(v) != want {
			t.Errorf("%s is %s %v", text, TextOf(v), ok)
		}
	}
}

func FuzzParseText(f *testing.F) {
	for _, s := range []string{"1", "-1,5e3", "2024-02-30 10:20", "06 May 2024", "2026-08-17T12:34:56+03:00[x]", "#ff0000", `{"a":[1e5]}`, "20260817 1234", "1 - 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for n := NameBoolean; n <= NameHTML; n++ {
			if n == NameObject || n == NameStruct {
				continue
			}
			c, _ := ParseClass(n.Word())
			v, err := ParseText(s, c)
			if err != nil || v.IsNull() {
				continue
			}
			if c.Kind() == Text || c.Kind() == Opaque || c.Kind() == JSON || c.Kind() == File || c.Kind() == Double {
				continue
			}
			back, err := ParseText(WireText(v), c)
			if err != nil || !Equal(back, v) {
				t.Errorf("%q as %s gives %q, which reads as %q %v", s, c, WireText(v), TextOf(back), err)
			}
		}
		if n, err := NormalizeJSON(s); err == nil {
			if again, err := NormalizeJSON(n); err != nil || again != n {
				t.Errorf("%q: %q is not normal: %q %v", s, n, again, err)
			}
		}
	})
}

func BenchmarkRoundedSum(b *testing.B) {
	qty, price := Decimal(1250, 3), Decimal(1999, 2)
	b.Run("value", func(b *testing.B) {
		b.ReportAllocs()
		sum := Decimal(0, 2)
		for b.Loop() {
			p, _ := Mul(qty, price)
			p, _ = Round(p, 2)
			sum, _ = Add(sum, p)
		}
	})
	b.Run("big.Int", func(b *testing.B) {
		sum, q, p := new(big.Int), big.NewInt(1250), big.NewInt(1999)
		for b.Loop() {
			r := new(big.Int).Mul(q, p)
			sum.Add(sum, quoRound(r, bigPow10(3)))
		}
	})
}
