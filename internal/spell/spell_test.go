package spell

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"price", "Price", "total", "quantity", "name", "length"}
	for _, c := range []struct{ word, want string }{
		{"prise", "Price"},
		{"nmae", "name"},
		{"Total", "total"},
		{"quantityy", "quantity"},
		{"zebra", ""},
		{"x", ""},
		{"total", ""},
	} {
		if got := Nearest(c.word, names); got != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}
