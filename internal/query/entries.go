package query

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// entries enumerates the keys of the parts of a JSON value: numbers from 1 of
// an array, names of an object.
type entries struct {
	in, key int
	fn      string
	at      diag.Span
}

func (a *entries) slots() []int { return []int{a.in, a.key} }

func (a *entries) estimate(_ *store.Session, bound slotSet) (float64, bool) {
	if bound.has(a.key) {
		return 1, bound.has(a.in)
	}
	return guessRange, bound.has(a.in)
}

func (a *entries) describe(bound slotSet) (string, string) { return "entries", a.fn }

func (a *entries) compile(bound slotSet, next proc) proc {
	if bound.has(a.key) {
		return next
	}
	asMap := strings.Contains(strings.ToLower(a.fn), "map")
	return func(r *run) bool {
		for _, k := range jsonKeys(r.fr.Slots[a.in], asMap) {
			r.rows++
			r.fr.Env.Tick(a.at)
			r.fr.Slots[a.key] = k
			if !next(r) {
				return false
			}
		}
		return true
	}
}

// jsonKeys lists the keys of a JSON object or array, each once; values that
// are no such thing have none.
func jsonKeys(v value.Value, asMap bool) []value.Value {
	text := v.JSONString()
	if v.Kind() != value.JSON {
		text = value.TextOf(v)
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	open, err := dec.Token()
	want := json.Delim('[')
	if asMap {
		want = '{'
	}
	if err != nil || open != want {
		return nil
	}
	var out []value.Value
	seen := map[string]bool{}
	for n := int32(1); dec.More(); n++ {
		key := value.Int(n)
		if asMap {
			t, err := dec.Token()
			name, ok := t.(string)
			if err != nil || !ok {
				return out
			}
			key = value.String(name)
			if seen[name] {
				key = value.Value{}
			}
			seen[name] = true
		}
		var skipped json.RawMessage
		if dec.Decode(&skipped) != nil {
			return out
		}
		if !key.IsNull() {
			out = append(out, key)
		}
	}
	return out
}
