package store

// journal notes the writes of a session to one property with one key, so that
// what was computed before them can be brought up to date.
type journal struct {
	from uint64 // every write later than this is in rows
	rows []journalRow
}

type journalRow struct {
	seq      uint64
	key, old int64
}

const journalRows = 1024

// note keeps a write; old is the entry of the changes before it.
func (o *overlay) note(seq uint64, key, old int64) {
	switch old {
	case dropped:
		old = NullCell
	case NullCell:
		old = o.p.base.Load().table.get1(key)
	}
	j := o.journal
	if len(j.rows) == journalRows {
		half := journalRows / 2
		j.from = j.rows[half-1].seq
		j.rows = j.rows[:copy(j.rows, j.rows[half:])]
	}
	j.rows = append(j.rows, journalRow{seq, key, old})
}

// Follow has the session note its writes of p from now on, for Rewritten. It
// does nothing for properties that have not exactly one key.
func (x *Session) Follow(p *Property) {
	if o := x.of(p); o != nil && o.journal == nil && p.arity == 1 {
		o.journal = &journal{from: o.writes}
	}
}

// Rewritten yields the writes of p since the state that Stamp gave for Now, in
// order, each with the cell that the key had before it. ok is false when they
// are not known: Follow was not called by then, there were too many, or the
// committed state is another one.
func (x *Session) Rewritten(p *Property, since Stamp, yield func(key, old int64)) (ok bool) {
	now := x.Stamp(Now, p)
	if now == since {
		return true
	}
	o := x.of(p)
	if o == nil || o.journal == nil || now.Base != since.Base || now.Session != since.Session || o.journal.from > since.Writes || since.Writes > now.Writes {
		return false
	}
	rows := o.journal.rows
	first := len(rows)
	for first > 0 && rows[first-1].seq > since.Writes {
		first--
	}
	for _, r := range rows[first:] {
		yield(r.key, r.old)
	}
	return true
}

// Since yields the rows of a property with one key that differ between an
// older view and v, both of committed states. ok is false when that is not
// cheap to find out; some rows may have been yielded by then.
func (v *View) Since(older *View, yield func(key, old, new int64)) (ok bool) {
	if v.b == older.b {
		return true
	}
	a, b := &older.b.table, &v.b.table
	if v.now != nil || older.now != nil || v.p != older.p || v.p.arity != 1 || a.rows.n > 0 || b.rows.n > 0 {
		return false
	}
	const most = 256
	pages := 0
	for pg := range max(len(a.vec.dir), len(b.vec.dir)) {
		p, q := a.vec.page(pg), b.vec.page(pg)
		if p == q {
			continue
		}
		if pages++; pages > most {
			return false
		}
		for i := range pageSize {
			c, d := int64(NullCell), int64(NullCell)
			if p != nil {
				c = p.a[i]
			}
			if q != nil {
				d = q.a[i]
			}
			if c != d {
				yield(int64(pg<<pageBits|i), c, d)
			}
		}
	}
	return true
}
