package format

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/golsf/golsf/runtime/value"
)

func TestParseWhere(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"  ":                                "",
		"a=1":                               "a=1",
		"a = 1 AND NOT b >= x OR c<2":       "a=1 AND NOT b>=x OR c<2",
		"NOT a IN (x, y,z) AND @row<=3":     "NOT a IN (x,y,z) AND @row<=3",
		"NOT=1":                             "NOT=1",
		"a='x'":                             "a='x'",
		"a IN(1)":                           "a IN (1)",
		"a=1 and b=2":                       "E3405: the WHERE of the IMPORT has \"and b=2\" at character 5 where AND or OR is expected",
		"a=":                                "E3405: the WHERE of the IMPORT ends at character 3 where a value is expected",
		"garbage":                           "E3405: the WHERE of the IMPORT ends at character 8 where one of = < > <= >= IN is expected",
		"a<>b":                              "E3405",
		"a=1 AND":                           "E3405",
		"=1":                                "E3405",
		"a IN 1":                            "E3405",
		"a IN (1":                           "E3405",
		"a IN (1)b=2":                       "E3405",
		"@ROW=x":                            "E3405: the WHERE of the IMPORT compares @ROW with \"x\", which is no whole number",
		"a=1 b=2":                           "E3405",
		"a=1 OR":                            "E3405",
		"a=two words":                       "E3405",
		strings.Repeat("a=1 AND ", 3) + "b": "E3405",
	} {
		w, err := ParseWhere(text)
		got := ""
		if err != nil {
			got = err.Error()
		} else if w != nil {
			for i := range w.Terms {
				if term := &w.Terms[i]; i > 0 && term.Or {
					got += " OR "
				} else if i > 0 {
					got += " AND "
				}
				if w.Terms[i].Not {
					got += "NOT "
				}
				got += w.Terms[i].String()
			}
		}
		if got != want && !(err != nil && strings.HasPrefix(got, want) && want != "") {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// Terms are joined from left to right.
func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		where string
		row   map[string]string
		want  bool
	}{
		{"a=1 OR b=2 AND c=3", map[string]string{"a": "1"}, false},
		{"a=1 AND b=2 OR c=3", map[string]string{"c": "3"}, true},
		{"NOT a=1", map[string]string{}, false},
		{"NOT a=1", map[string]string{"a": "2"}, true},
		{"a>6", map[string]string{"a": "15"}, false},
		{"a IN (1,2)", map[string]string{"a": "2"}, true},
		{"@ROW IN (5,7)", nil, true},
		{"NOT @ROW>=8", nil, true},
	} {
		w, err := ParseWhere(tt.where)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Match(7, func(term *WhereTerm) (bool, bool, error) {
			v, ok := tt.row[term.Field]
			return !ok, term.CompareText(v), nil
		})
		if err != nil || got != tt.want {
			t.Errorf("%s: %v, %v", tt.where, got, err)
		}
	}
}

func FuzzParseWhere(f *testing.F) {
	for _, s := range []string{"a=1 AND NOT b IN (x, y)", "@ROW<5 OR a >= b", "NOT NOT", "a IN ("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ParseWhere(text)
		var e *value.Error
		if err != nil && (!errors.As(err, &e) || e.Code != CodeWhere) {
			t.Fatalf("error of another kind: %v", err)
		}
		if w == nil {
			return
		}
		// Every term that was read is read again from its text.
		for i := range w.Terms {
			term := w.Terms[i]
			again, err := ParseWhere(term.String())
			if err != nil || len(again.Terms) != 1 || again.Terms[0].Field != term.Field || !slices.Equal(again.Terms[0].Values, term.Values) {
				t.Fatalf("%q: %v", term.String(), err)
			}
		}
	})
}

func TestColumns(t *testing.T) {
	for name, want := range map[string]int{"A": 0, "Z": 25, "AA": 26, "AZ": 51, "BA": 52, "IV": 255, "IW": -1, "a": -1, "": -1, "AAA": -1, "A1": -1} {
		got, ok := LetterColumn(name)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if got := HeaderNames([]string{"a", "", "a", "b"}); !slices.Equal(got, []string{"a", "_gecnshfljr1", "_gecnshfljr2", "b"}) {
		t.Error(got)
	}
	if got := UniqueNames([]Column{{Name: "a"}, {Name: "a"}, {Name: "b"}, {Name: "a"}}); !slices.Equal(got, []string{"a", "a_1", "b", "a_2"}) {
		t.Error(got)
	}
}

func TestParseValue(t *testing.T) {
	for _, tt := range []struct{ class, text, want string }{
		{"INTEGER", " 7 ", "7"}, {"INTEGER", "-12", "-12"}, {"INTEGER", "+7", "7"}, {"INTEGER", "007", "7"}, {"INTEGER", "2147483648", "E3402"}, {"INTEGER", "1.0", "E3402"},
		{"NUMERIC[5,2]", "1.005", "1.01"}, {"NUMERIC[5,2]", "-1.5", "-1.50"}, {"NUMERIC[5,2]", "1e2", "100.00"}, {"NUMERIC[5,2]", ".5", "0.50"}, {"NUMERIC[5,2]", "x", "E3402"},
		{"DATE", "2024-02-29", "2024-02-29"}, {"DATE", "2024-02-30", "2024-02-29"}, {"DATE", "06.05.2024", "2024-05-06"}, {"DATE", "2024-13-01", "E3402"},
		{"BOOLEAN", "TRUE", "true"}, {"BOOLEAN", "1", ""}, {"TBOOLEAN", "false", "false"}, {"COLOR", "-65536", "-65536"}, {"COLOR", "#ff0000", "-65536"},
		{"STRING[2]", "абв", "аб"}, {"STRING", "a\x00b", "ab"}, {"DOUBLE", "1,5", "1.5"}, {"FILE", "aGk=", "aGk="}, {"FILE", "*", "E3402"},
		{"INTERVAL[DATE]", "2024-01-02 - 2024-03-04", "2024-01-02 - 2024-03-04"},
	} {
		c, ok := value.ParseClass(tt.class)
		if !ok {
			t.Fatal(tt.class)
		}
		v, err := ParseValue(tt.text, c)
		got := ValueText(v)
		if err != nil {
			got, _, _ = strings.Cut(err.Error(), ":")
		}
		if got != tt.want {
			t.Errorf("%s of %q: got %s, want %s", tt.class, tt.text, got, tt.want)
		}
		if v, err := ParseValue("", c); err != nil || !v.IsNull() {
			t.Errorf("%s of nothing is not NULL: %v", tt.class, err)
		}
	}
}

// The quick ways of reading give what the general one gives.
func FuzzParseValue(f *testing.F) {
	for _, s := range []string{"12", "-1.5", "2024-05-06", "0001-01-01", "999999999", "1.", "-", "2024-02-30"} {
		f.Add(s)
	}
	classes := []value.Class{value.ClassInteger, value.NumericClass(8, 2), value.NumericClass(18, 0), value.NumericClass(2, 2), value.ClassDate, value.StringClass(3)}
	f.Fuzz(func(t *testing.T, s string) {
		if !strings.Contains(s, "\x00") {
			s = strings.ToValidUTF8(s, "")
		}
		for _, c := range classes {
			quick, err := ParseValue(s, c)
			slow, bad := value.ParseText(s, c)
			if (err != nil) != (bad != nil) || err == nil && (value.Compare(quick, slow) != 0 || value.TextOf(quick) != value.TextOf(slow)) {
				t.Fatalf("%q as %s: %s (%v), %s (%v)", s, c, value.TextOf(quick), err, value.TextOf(slow), bad)
			}
		}
	})
}

func TestCharsets(t *testing.T) {
	for _, tt := range []struct{ name, text, bytes string }{
		{"", "кот", "кот"}, {"utf-8", "кот", "кот"}, {UTF8BOM, "кот", "\xEF\xBB\xBFкот"}, {"CP1251", "кот→", "\xea\xee\xf2?"}, {"windows-1251", "к", "\xea"},
		{"Cp866", "кот", "\xaa\xae\xe2"}, {"IBM866", "к", "\xaa"}, {"KOI8-R", "к", "\xcb"}, {"ISO-8859-1", "é", "\xe9"}, {"latin1", "é", "\xe9"}, {"US-ASCII", "é", "?"},
		{"UTF-16", "к", "\xfe\xff\x04\x3a"}, {"UTF-16LE", "к", "\x3a\x04"}, {"GBK", "中", "\xd6\xd0"}, {"Shift_JIS", "あ", "\x82\xa0"},
	} {
		c, err := FindCharset(tt.name)
		if err != nil {
			t.Error(err)
			continue
		}
		var b bytes.Buffer
		w, err := c.Writer(&b)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(tt.text))
		if b.String() != tt.bytes {
			t.Errorf("%s: %q, want %q", tt.name, b.String(), tt.bytes)
		}
		if got := c.Decode([]byte(tt.bytes)); got != tt.text && !strings.Contains(tt.bytes, "?") {
			t.Errorf("%s read: %q", tt.name, got)
		}
	}
	if _, err := FindCharset("none"); err == nil {
		t.Error("no error for an unknown charset")
	}
}
