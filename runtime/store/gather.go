package store

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
	for i, k := range keys {
		if pg := uint64(k) >> pageBits; pg != last {
			last, page = pg, nil
			if pg < uint64(len(dir)) {
				page = dir[pg]
			}
		}
		if page == nil {
			out[i] = NullCell
		} else {
			out[i] = page.a[k&pageMask]
		}
	}
}
