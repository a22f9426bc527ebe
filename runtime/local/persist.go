package local

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// A DB that is a mirror does not take part in Commit but follows it; one that
// is durable is asked by Commit through Persist.

// Mirror fills the database with the committed data of s and follows every
// later commit until Close.
func (d *DB) Mirror(ctx context.Context, s *store.Store) error {
	d.store = s
	var err error
	d.stop, err = s.Attach(func(x *store.Session) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.inTransaction(ctx, func() error { return d.fill(ctx, x) })
	}, func(list *store.ChangeList) {
		if err := d.persist(context.Background(), list); err != nil && d.failed == nil {
			d.failed = err
		}
	})
	return err
}

// Persist writes the changes of a commit in one transaction. It is what a
// durable database gives to Session.Commit.
func (d *DB) Persist(list *store.ChangeList) error {
	return d.persist(context.Background(), list)
}

func (d *DB) persist(ctx context.Context, list *store.ChangeList) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inTransaction(ctx, func() error {
		w := newRowWriter(d)
		for _, p := range list.Properties() {
			pl, ok := d.place[p]
			if !ok {
				continue
			}
			list.Cells(p, func(keys []int64, _, c int64) bool {
				w.put(pl, p, keys, c)
				return true
			})
		}
		list.Objects(func(id int64, was, is int32) bool {
			if t := d.home[was]; t != nil && d.home[is] != t {
				w.putClass(t, id, nil)
			}
			if t := d.home[is]; t != nil {
				w.putClass(t, id, d.number[is])
			}
			return true
		})
		if err := d.writeStatics(ctx, w); err != nil {
			return err
		}
		return w.flush(ctx)
	})
}

// writeStatics writes static objects made since the last time.
func (d *DB) writeStatics(ctx context.Context, w *rowWriter) error {
	if d.store == nil {
		return nil
	}
	var err error
	d.store.EachStatic(func(class int32, name string, id int64) bool {
		if d.static[id] {
			return true
		}
		if t := d.home[class]; t != nil {
			w.putClass(t, id, d.number[class])
		}
		err = d.exec(ctx, "INSERT OR REPLACE INTO golsf_static (class, name, id) VALUES (?, ?, ?)", d.number[class], name, id)
		d.static[id] = err == nil
		return err == nil
	})
	return err
}

// fill writes all committed data.
func (d *DB) fill(ctx context.Context, x *store.Session) error {
	w := newRowWriter(d)
	w.fill(x, func(*store.Property) bool { return true })
	x.Objects(store.Prev, 0, func(id int64) bool {
		class := x.ClassOf(store.Prev, id)
		if t := d.home[class]; t != nil {
			w.putClass(t, id, d.number[class])
		}
		return true
	})
	if err := d.writeStatics(ctx, w); err != nil {
		return err
	}
	return w.flush(ctx)
}

// fill gathers the committed values of properties.
func (w *rowWriter) fill(x *store.Session, want func(*store.Property) bool) {
	for _, t := range w.d.tables {
		for _, p := range t.owners {
			if p == nil || !want(p) {
				continue
			}
			pl, v := w.d.place[p], x.View(store.Prev, p)
			v.Scan(func(keys []int64, c int64) bool {
				w.put(pl, p, keys, c)
				return true
			})
		}
	}
}

// rowWriter gathers the new values of rows and writes each row once.
type rowWriter struct {
	d    *DB
	rows []*row
	byID map[string]*row
	buf  []byte
}

type row struct {
	t    *table
	keys []any
	set  []bool // by column
	vals []any
	null bool // a column became NULL: the row may be empty now
}

func newRowWriter(d *DB) *rowWriter { return &rowWriter{d: d, byID: map[string]*row{}} }

// row finds the row of t whose keys have these cells, in the order of t.
func (w *rowWriter) row(t *table, cells []int64) (r *row, made bool) {
	w.buf = binary.LittleEndian.AppendUint32(w.buf[:0], uint32(t.at))
	for _, c := range cells {
		w.buf = binary.LittleEndian.AppendUint64(w.buf, uint64(c))
	}
	if r := w.byID[string(w.buf)]; r != nil {
		return r, false
	}
	r = &row{t: t, keys: make([]any, max(len(cells), 1)), set: make([]bool, len(t.columns)), vals: make([]any, len(t.columns))}
	r.keys[0] = int64(0) // dumb
	w.byID[string(w.buf)] = r
	w.rows = append(w.rows, r)
	return r, true
}

func (w *rowWriter) put(pl place, p *store.Property, keys []int64, c int64) {
	var buf [maxKeys]int64
	cells := buf[:0]
	if len(keys) > len(buf) {
		cells = make([]int64, 0, len(keys))
	}
	cells = cells[:len(keys)]
	for i, k := range keys {
		cells[pl.order[i]] = k
	}
	r, made := w.row(pl.t, cells)
	if made {
		for i, k := range keys {
			at := pl.order[i]
			r.keys[at] = toSQL(pl.t.Keys[at].Class, p.KeyCodec(i).Value(k))
		}
	}
	r.put(pl.col, toSQL(pl.t.classes[pl.col], p.ValueCodec().Value(c)))
}

func (w *rowWriter) putClass(t *table, id int64, class any) {
	r, made := w.row(t, []int64{id})
	if made {
		r.keys[0] = id
	}
	r.put(len(t.columns)-1, class)
}

func (r *row) put(col int, v any) {
	r.set[col], r.vals[col] = true, v
	if v == nil {
		r.null = true
	}
}

// rowsAtOnce is the number of rows of one INSERT.
const rowsAtOnce = 50

// flush writes the gathered rows, those with the same columns together.
func (w *rowWriter) flush(ctx context.Context) error {
	type group struct {
		t    *table
		set  []bool
		rows []*row
	}
	groups := map[string]*group{}
	var order []*group
	for _, r := range w.rows {
		w.buf = binary.LittleEndian.AppendUint32(w.buf[:0], uint32(r.t.at))
		for _, s := range r.set {
			b := byte(0)
			if s {
				b = 1
			}
			w.buf = append(w.buf, b)
		}
		g := groups[string(w.buf)]
		if g == nil {
			g = &group{t: r.t, set: r.set}
			groups[string(w.buf)] = g
			order = append(order, g)
		}
		g.rows = append(g.rows, r)
	}
	for _, g := range order {
		if err := w.upsert(ctx, g.t, g.set, g.rows); err != nil {
			return err
		}
	}
	for _, r := range w.rows {
		if r.null && len(r.t.Keys) > 0 {
			if err := w.dropEmpty(ctx, r); err != nil {
				return err
			}
		}
	}
	w.rows = nil
	clear(w.byID)
	return nil
}

func (w *rowWriter) upsert(ctx context.Context, t *table, set []bool, rows []*row) error {
	keys := t.keyNames()
	names := append([]string{}, keys...)
	var updates []string
	for i, s := range set {
		if s {
			names = append(names, t.columns[i])
			updates = append(updates, quote(t.columns[i])+" = excluded."+quote(t.columns[i]))
		}
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ") + ")"
	text := func(n int) string {
		return "INSERT INTO " + quote(t.Name) + " (" + quoted(names) + ") VALUES " +
			strings.TrimSuffix(strings.Repeat(one+", ", n), ", ") +
			" ON CONFLICT (" + quoted(keys) + ") DO UPDATE SET " + strings.Join(updates, ", ")
	}
	for len(rows) > 0 {
		n := min(len(rows), max(1, min(rowsAtOnce, 30000/len(names))))
		query := text(n)
		stmt := t.upserts[query]
		if stmt == nil {
			var err error
			if stmt, err = w.d.conn.PrepareContext(ctx, query); err != nil {
				return fmt.Errorf("%w in %s", err, query)
			}
			if len(t.upserts) < 64 {
				t.upserts[query] = stmt
			} else {
				defer stmt.Close()
			}
		}
		args := make([]any, 0, n*len(names))
		for _, r := range rows[:n] {
			args = append(args, r.keys...)
			for i, s := range set {
				if s {
					args = append(args, r.vals[i])
				}
			}
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return fmt.Errorf("%w in table %s", err, t.Name)
		}
		rows = rows[n:]
	}
	return nil
}

func (w *rowWriter) dropEmpty(ctx context.Context, r *row) error {
	var conds []string
	for _, k := range r.t.keyNames() {
		conds = append(conds, quote(k)+" = ?")
	}
	for _, c := range r.t.columns {
		conds = append(conds, quote(c)+" IS NULL")
	}
	return w.d.exec(ctx, "DELETE FROM "+quote(r.t.Name)+" WHERE "+strings.Join(conds, " AND "), r.keys...)
}

// Load fills a store from a durable database and ties the database to it; it
// comes before anything is written to the store. Values that the declared class
// cannot hold any more are an error that names table and column.
func (d *DB) Load(ctx context.Context, s *store.Store) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.store = s
	if err := d.loadStatics(ctx, s); err != nil {
		return err
	}
	x := s.NewSession()
	for _, t := range d.tables {
		if err := d.loadTable(ctx, x, t); err != nil {
			return err
		}
	}
	return x.Commit(ctx, nil)
}

func (d *DB) loadStatics(ctx context.Context, s *store.Store) error {
	rows, err := d.conn.QueryContext(ctx, "SELECT class, name, id FROM golsf_static ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var class, id int64
		var name string
		if err := rows.Scan(&class, &name, &id); err != nil {
			return err
		}
		if c, ok := d.class[class]; ok {
			s.AdoptStatic(c, name, id)
			d.static[id] = true
		}
	}
	return rows.Err()
}

// selectAll reads keys and columns as they are stored, whatever their declared
// types; the unary plus keeps the driver from converting them.
func (t *table) selectAll() string {
	var cols []string
	for _, n := range append(t.keyNames(), t.columns...) {
		cols = append(cols, "+"+quote(n))
	}
	return "SELECT " + strings.Join(cols, ", ") + " FROM " + quote(t.Name)
}

func (d *DB) loadTable(ctx context.Context, x *store.Session, t *table) error {
	rows, err := d.conn.QueryContext(ctx, t.selectAll())
	if err != nil {
		return err
	}
	defer rows.Close()
	nk := max(len(t.Keys), 1)
	cells := make([]any, nk+len(t.columns))
	dest := make([]any, len(cells))
	for i := range cells {
		dest[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		keys, err := t.readKeys(cells)
		if err != nil {
			return err
		}
		for i, p := range t.owners {
			if cells[nk+i] == nil {
				continue
			}
			if p == nil {
				if class, ok := d.class[intOf(cells[nk+i])]; ok {
					if _, static := x.Store().StaticName(keys[0].Num()); !static {
						x.AdoptObject(class, keys[0].Num())
					}
				}
				continue
			}
			v, err := fromSQL(t.classes[i], cells[nk+i])
			if err != nil {
				return fmt.Errorf("table %s, column %s: %w", t.Name, t.columns[i], err)
			}
			if err := x.Set(p, d.keysFor(p, keys), v); err != nil {
				return fmt.Errorf("table %s, column %s: %w", t.Name, t.columns[i], err)
			}
		}
	}
	return rows.Err()
}

func intOf(x any) int64 {
	n, _ := x.(int64)
	return n
}

func (t *table) readKeys(cells []any) ([]value.Value, error) {
	keys := make([]value.Value, len(t.Keys))
	for i, k := range t.Keys {
		v, err := fromSQL(k.Class, cells[i])
		if err != nil {
			return nil, fmt.Errorf("table %s, column %s: %w", t.Name, k.Name, err)
		}
		keys[i] = v
	}
	return keys, nil
}

// keysFor puts the keys of a row into the order of the property's parameters.
func (d *DB) keysFor(p *store.Property, keys []value.Value) []value.Value {
	order := d.place[p].order
	out := make([]value.Value, len(order))
	for i, at := range order {
		out[i] = keys[at]
	}
	return out
}
