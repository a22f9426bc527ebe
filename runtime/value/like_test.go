package value

import "testing"

func TestLike(t *testing.T) {
	tests := []struct {
		s, pattern string
		ignoreCase bool
		want       bool
	}{
		{"report_1.txt", "report_1%", false, true}, {"report-1.txt", "report_1%", false, true}, {"report-1.txt", `report\_1%`, false, false},
		{"100%.txt", `%\%%`, false, true}, {`a\b`, `%\\%`, false, true}, {"", "", false, true}, {"", "%", false, true}, {"x", "", false, false},
		{"aXbXc", "%X%c", false, true}, {"aXbXc", "%x%C", true, true}, {"aXbXc", "%x%C", false, false}, {"abb", "%ab_b", false, false}, {"ababxb", "%ab_b", false, true},
		{"žluť", "ŽL__", true, true}, {"ab", "a_b", false, false}, {"aaab", "%aab", false, true}, {`a\`, `a\`, false, true},
	}
	for _, tt := range tests {
		if got := Like(tt.s, tt.pattern, '\\', tt.ignoreCase); got != tt.want {
			t.Errorf("%q LIKE %q is %v", tt.s, tt.pattern, got)
		}
	}
}

func TestMatch(t *testing.T) {
	const s = "green tea leaves"
	for query, want := range map[string]bool{
		"tea": true, "TEA": true, "coffee": false, "een t": true, "100%": false, "leaves green": true, "lea gre": true, "coffee, tea lea": true, "": true, "tea coffee": false,
	} {
		if got := Match(s, query); got != want {
			t.Errorf("MATCH %q is %v", query, got)
		}
	}
}
