package local

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// Change is what SQL did to one value of a property.
type Change struct {
	Property *store.Property
	Keys     []value.Value
	Value    value.Value // NULL: removed
}

// ObjectChange is what SQL did to the class column of an object; 0 is no class.
type ObjectChange struct {
	ID    int64
	Class int32
}

// Changes are what SQL did to the tables of properties.
type Changes struct {
	Values  []Change
	Objects []ObjectChange
	touched []touched
}

// Empty reports whether nothing differs from the store.
func (c *Changes) Empty() bool { return len(c.Values) == 0 && len(c.Objects) == 0 }

// Apply writes the changes into a session. An object that SQL gave a class and
// that the store does not know is made.
func (c *Changes) Apply(x *store.Session) error {
	for _, o := range c.Objects {
		switch {
		case o.Class == 0:
			x.Delete(o.ID)
		case x.ClassOf(store.Now, o.ID) == 0:
			x.AdoptObject(o.Class, o.ID)
		default:
			x.ChangeClass(o.ID, o.Class)
		}
	}
	for _, v := range c.Values {
		if err := x.Set(v.Property, v.Keys, v.Value); err != nil {
			return err
		}
	}
	return nil
}

type touched struct {
	t    *table
	keys []any
}

// Use runs f, which may execute any SQL on the connection, and gives what it
// changed in tables of properties, compared with the committed data. Nobody else
// uses the database meanwhile, so f must not commit a session. Changes come also
// with an error of f.
//
// The caller applies the changes in a session and commits it, or calls Revert.
func (d *DB) Use(ctx context.Context, f func(conn *sql.Conn) error) (*Changes, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.failed; err != nil {
		return &Changes{}, err
	}
	err := d.inTransaction(ctx, func() error {
		w := newRowWriter(d)
		if err := d.writeStatics(ctx, w); err != nil {
			return err
		}
		return w.flush(ctx)
	})
	if err != nil {
		return &Changes{}, err
	}
	if err := d.track(ctx, 1); err != nil {
		return &Changes{}, err
	}
	failed := f(d.conn)
	after := context.WithoutCancel(ctx)
	if err := d.track(after, 0); err != nil {
		return &Changes{}, err
	}
	changes, err := d.read(after)
	if failed != nil {
		return changes, failed
	}
	return changes, err
}

func (d *DB) track(ctx context.Context, yes int) error {
	return d.exec(ctx, "UPDATE temp.golsf_track SET yes = ?", yes)
}

func (d *DB) read(ctx context.Context) (*Changes, error) {
	changes := &Changes{}
	rows, err := d.conn.QueryContext(ctx, "SELECT DISTINCT t, k0, k1, k2, k3, k4, k5, k6, k7 FROM temp.golsf_log ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9")
	if err != nil {
		return changes, err
	}
	for rows.Next() {
		cells := make([]any, 1+maxKeys)
		dest := make([]any, len(cells))
		for i := range cells {
			dest[i] = &cells[i]
		}
		if err := rows.Scan(dest...); err != nil {
			rows.Close()
			return changes, err
		}
		t := d.tables[intOf(cells[0])]
		keys := cells[1 : 1+len(t.Keys)]
		if len(t.Keys) == 0 {
			keys = []any{int64(0)}
		}
		changes.touched = append(changes.touched, touched{t, keys})
	}
	if err := rows.Err(); err != nil {
		return changes, err
	}
	if err := d.exec(ctx, "DELETE FROM temp.golsf_log"); err != nil {
		return changes, err
	}
	x := d.store.NewSession()
	for _, row := range changes.touched {
		if err := d.compare(ctx, x, row, changes); err != nil {
			return changes, err
		}
	}
	return changes, nil
}

// compare adds the differences between a row and the store.
func (d *DB) compare(ctx context.Context, x *store.Session, row touched, changes *Changes) error {
	t := row.t
	cells := make([]any, max(len(t.Keys), 1)+len(t.columns))
	dest := make([]any, len(cells))
	for i := range cells {
		dest[i] = &cells[i]
	}
	var conds []string
	for _, k := range t.keyNames() {
		conds = append(conds, quote(k)+" = ?")
	}
	err := d.conn.QueryRowContext(ctx, t.selectAll()+" WHERE "+strings.Join(conds, " AND "), row.keys...).Scan(dest...)
	if err != nil && err != sql.ErrNoRows {
		return err
	}
	keys, err := t.readKeys(row.keys)
	if err != nil {
		return err
	}
	stored := cells[len(cells)-len(t.columns):]
	for i, p := range t.owners {
		if p == nil {
			id, class := keys[0].Num(), d.class[intOf(stored[i])]
			if is := x.ClassOf(store.Prev, id); class != is && (class != 0 || d.home[is] == t) {
				changes.Objects = append(changes.Objects, ObjectChange{id, class})
			}
			continue
		}
		v, err := fromSQL(t.classes[i], stored[i])
		if err != nil {
			return fmt.Errorf("table %s, column %s: %w", t.Name, t.columns[i], err)
		}
		own := d.keysFor(p, keys)
		if old := x.Get(store.Prev, p, own...); !value.Equal(old, v) {
			changes.Values = append(changes.Values, Change{p, own, v})
		}
	}
	return nil
}

// Revert writes the committed data back into the rows that SQL changed, for a
// caller whose commit was refused.
func (d *DB) Revert(ctx context.Context, changes *Changes) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.store.NewSession()
	return d.inTransaction(ctx, func() error {
		w := newRowWriter(d)
		for n, row := range changes.touched {
			keys, err := row.t.readKeys(row.keys)
			if err != nil {
				if err := d.deleteRow(ctx, row); err != nil {
					return err
				}
				continue
			}
			r, _ := w.row(row.t, []int64{int64(n), -1, -1}) // a row of its own
			r.keys = row.keys
			for i, p := range row.t.owners {
				if p != nil {
					r.put(i, toSQL(row.t.classes[i], x.Get(store.Prev, p, d.keysFor(p, keys)...)))
				} else if class := x.ClassOf(store.Prev, keys[0].Num()); d.home[class] == row.t {
					r.put(i, d.number[class])
				} else {
					r.put(i, nil)
				}
			}
		}
		return w.flush(ctx)
	})
}

func (d *DB) deleteRow(ctx context.Context, row touched) error {
	var conds []string
	for _, k := range row.t.keyNames() {
		conds = append(conds, quote(k)+" = ?")
	}
	return d.exec(ctx, "DELETE FROM "+quote(row.t.Name)+" WHERE "+strings.Join(conds, " AND "), row.keys...)
}
