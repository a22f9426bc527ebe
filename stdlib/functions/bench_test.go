package functions

import (
	"testing"

	"github.com/golsf/golsf/runtime/value"
)

func BenchmarkCall(b *testing.B) {
	table, world := New(), env()
	for _, bb := range []struct {
		name string
		args []value.Value
	}{
		{"Utils.mod", []value.Value{value.Int(17), value.Int(5)}},
		{"Utils.substr", []value.Value{value.String("abcdef"), value.Int(2), value.Int(3)}},
		{"Time.extractYear", []value.Value{value.Of(value.Date, 19000)}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, _ := table.Find(bb.name, len(bb.args))
				if _, err := f.Call(b.Context(), world, bb.args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
