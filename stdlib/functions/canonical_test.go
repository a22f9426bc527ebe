package functions

import "testing"

func TestCanonicalJSON(t *testing.T) {
	tests := []struct {
		text   string
		escape bool
		want   string
	}{
		{`{"b": [1.0, 1e30, 1E-7, 0.000001, -0, 333333333.33333329], "a": "ж\n\u000f"}`, false, `{"a":"ж\n\u000f","b":[1,1e+30,1e-7,0.000001,0,333333333.3333333]}`},
		{`{"\u20ac":1,"\r":2,"1":3,"\ud83d\ude00":4,"\ufb33":5}`, false, "{\"\\r\":2,\"1\":3,\"€\":1,\"😀\":4,\"\ufb33\":5}"},
		{`["ж😀", null, true, {}]`, true, `["\u0436\ud83d\ude00",null,true,{}]`},
		{`{"a":1`, false, "E3105: not a JSON text: unexpected end of JSON input"},
	}
	for _, tt := range tests {
		got, err := CanonicalJSON(tt.text, tt.escape)
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.text, got, tt.want)
		}
	}
}
