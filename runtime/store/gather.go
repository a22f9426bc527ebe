package store

import "math/bits"

// Gather reads the cells of many keys of a property with one key into out,
// which is as long as keys. A key that is NullCell has NullCell.
func (v *View) Gather(keys, out []int64) {
	if v.now != nil || v.mark != nil || v.b.table.rows.n > 0 {
		for i, k := range keys {
			if out[i] = NullCell; k != NullCell {
				out[i] = v.At1(k)
			}
		}
		return
	}
	dir := v.b.table.vec.dir
	last := ^uint64(0)
	var page *page[int64]
	out = out[:len(keys)]
	for i := 0; i < len(keys); i++ {
		k := keys[i]
		if pg := uint64(k) >> pageBits; pg != last {
			last, page = pg, nil
			if pg < uint64(len(dir)) {
				page = dir[pg]
			}
		}
		if page == nil {
			out[i] = NullCell
			continue
		}
		// Keys that follow one another within the page, as a scan gives them.
		at := int(k & pageMask)
		if n := min(len(keys)-i, pageSize-at); n >= run && keys[i+n-1] == k+int64(n-1) && ascending(keys[i:i+n]) {
			copy(out[i:], page.a[at:at+n])
			i += n - 1
			continue
		}
		out[i] = page.a[at]
	}
}

// run is how many keys in a row are worth a copy.
const run = 16

// ascending reports whether each key is one more than the key before it.
func ascending(keys []int64) bool {
	first := keys[0]
	for i, k := range keys {
		if k != first+int64(i) {
			return false
		}
	}
	return true
}

// batches yields the entries in columns of at most 1024 rows, which are reused.
func batches(v *paged[int64], yield func(keys [][]int64, cells []int64) bool) {
	keys, cells := make([]int64, 0, batch), make([]int64, 0, batch)
	columns := make([][]int64, 1)
	flush := func() bool {
		columns[0] = keys
		more := len(cells) == 0 || yield(columns, cells)
		keys, cells = keys[:0], cells[:0]
		return more
	}
	for pg, p := range v.dir {
		if p == nil {
			continue
		}
		for w, word := range &p.used {
			if len(cells)+64 > batch && !flush() {
				return
			}
			first := int64(pg<<pageBits | w<<6)
			if word == ^uint64(0) {
				for i := range int64(64) {
					keys = append(keys, first+i)
				}
				cells = append(cells, p.a[w<<6:w<<6+64]...)
				continue
			}
			for ; word != 0; word &= word - 1 {
				i := bits.TrailingZeros64(word)
				keys = append(keys, first+int64(i))
				cells = append(cells, p.a[w<<6|i])
			}
		}
	}
	flush()
}
