package codecs

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// What a format writes it reads again, and every codec refuses bytes of
// no sense with an error of its own kind (CSV and JSON find sense in most).
func TestEveryFormat(t *testing.T) {
	set := All()
	cols := []format.Column{{Name: "s", Class: value.StringClass(20)}, {Name: "n", Class: value.NumericClass(8, 2)}, {Name: "i", Class: value.ClassInteger},
		{Name: "d", Class: value.ClassDate}, {Name: "b", Class: value.ClassBoolean}}
	row := []value.Value{value.String("кот; \"q\""), value.Decimal(-1250, 2), value.Int(-7), value.Of(value.Date, 19849), value.True}
	for k := format.JSON; k <= format.TABLE; k++ {
		t.Run(k.String(), func(t *testing.T) {
			codec := set.Rows[k]
			if codec == nil {
				t.Fatal("no codec")
			}
			if found, ok := format.KindOfExt(k.Ext()); !ok || found != k {
				t.Error("the extension does not lead back")
			}
			var b bytes.Buffer
			w, err := codec.NewWriter(&b, cols, format.WriteOptions{Header: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range [][]value.Value{row, make([]value.Value, len(row)), row} {
				if err := w.Write(r); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			r, err := codec.NewReader(b.Bytes(), cols, format.ReadOptions{Header: true})
			if err != nil {
				t.Fatal(err)
			}
			count := 0
			got := make([]value.Value, len(cols))
			for {
				ok, err := r.Next(got)
				if err != nil {
					t.Fatal(err)
				}
				if !ok {
					break
				}
				want := row
				if count == 1 {
					want = make([]value.Value, len(row))
				}
				for i := range want {
					if !value.Equal(got[i], want[i]) && !(got[i].IsNull() && want[i].IsNull()) {
						t.Errorf("row %d, %s: %s", count, cols[i].Name, format.ValueText(got[i]))
					}
				}
				count++
			}
			if count != 3 {
				t.Errorf("%d rows", count)
			}
			for _, junk := range []string{"\x00\x01\x02", "<", "{", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
				r, err := codec.NewReader([]byte(junk), cols, format.ReadOptions{})
				if err == nil {
					_, err = r.Next(got)
				}
				var e *value.Error
				if err == nil && k != format.CSV && k != format.JSON || err != nil && !errors.As(err, &e) {
					t.Errorf("%q: %v", junk, err)
				}
			}
			if (set.Trees[k] != nil) != (k == format.JSON || k == format.XML) {
				t.Error("trees")
			}
		})
	}
}

func ExampleAll() {
	codec := All().Rows[format.CSV]
	cols := []format.Column{{Name: "name", Class: value.ClassString}, {Name: "qty", Class: value.ClassInteger}}
	r, err := codec.NewReader([]byte("name;qty\npen;5\n"), cols, format.ReadOptions{Header: true})
	row := make([]value.Value, len(cols))
	for ok := err == nil; ok; {
		if ok, err = r.Next(row); ok {
			fmt.Println(row[0].Str(), row[1].Num())
		}
	}
	// Output: pen 5
}
