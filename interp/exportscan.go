package interp

import (
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// scanSource is a flat export without conditions whose columns are stored or
// local properties of one parameter, or the parameter itself: their rows are
// merged in the order of the key, without a plan.
type scanSource struct {
	props   []*store.Property
	columns []int // of props; -1 is the parameter
	key     store.Codec
}

// scanSource recognises such an export; nil for others.
func (c *compiler) scanSource(x *bound.Export) *scanSource {
	if x.Where != nil || len(x.Order) > 0 || x.TopX != nil || x.OffsetX != nil || len(x.New) != 1 {
		return nil
	}
	s := &scanSource{}
	slot := x.New[0]
	var key, param value.Class
	for _, col := range x.Columns {
		switch e := col.X.(type) {
		case *bound.Param:
			if e.Slot != slot || e.Class.IsObject() {
				return nil
			}
			param = e.Class
			s.columns = append(s.columns, -1)
		case *bound.Call:
			p := e.Prop
			if p.Kind != bound.Data && p.Kind != bound.Local || len(e.Args) != 1 {
				return nil
			}
			arg, ok := e.Args[0].(*bound.Param)
			if !ok || arg.Slot != slot || arg.Class.Known() && arg.Class != p.Params[0] || key.Known() && key != p.Params[0] {
				return nil
			}
			key = p.Params[0]
			s.columns = append(s.columns, len(s.props))
			s.props = append(s.props, c.inst.handle(p))
		default:
			return nil
		}
	}
	if len(s.props) == 0 || param.Known() && param != key {
		return nil
	}
	s.key = s.props[0].KeyCodec(0)
	if !s.key.Direct() {
		return nil
	}
	return s
}

// scanned is one property's rows in key order.
type scanned struct {
	keys, cells []int64
	codec       store.Codec
	at          int
}

// each calls yield for every key that any of the properties has; row is reused.
func (s *scanSource) each(t *thread, span diag.Span, yield func(row []value.Value)) {
	list := make([]scanned, len(s.props))
	for i, p := range s.props {
		v := t.sess.st.View(store.Now, p)
		k := &list[i]
		k.codec = p.ValueCodec()
		n := t.sess.st.Count(store.Now, p)
		k.keys, k.cells = make([]int64, 0, n), make([]int64, 0, n)
		v.Scan(func(keys []int64, cell int64) bool {
			k.keys, k.cells = append(k.keys, keys[0]), append(k.cells, cell)
			return true
		})
	}
	limit := t.env.Limits.Rows
	row := make([]value.Value, len(s.columns))
	vals := make([]value.Value, len(s.props))
	for rows := int64(1); ; rows++ {
		var key int64
		some := false
		for i := range list {
			k := &list[i]
			if k.at < len(k.keys) && (!some || k.keys[k.at] < key) {
				key, some = k.keys[k.at], true
			}
		}
		if !some {
			return
		}
		t.tick(span)
		if limit > 0 && rows > limit {
			fail(span, "E3902", "more than %d rows in one set", limit)
		}
		for i := range list {
			k := &list[i]
			if k.at < len(k.keys) && k.keys[k.at] == key {
				vals[i] = k.codec.Value(k.cells[k.at])
				k.at++
			} else {
				vals[i] = value.Value{}
			}
		}
		for j, p := range s.columns {
			if p < 0 {
				row[j] = s.key.Value(key)
			} else {
				row[j] = vals[p]
			}
		}
		yield(row)
	}
}
