package local

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	_ "github.com/mattn/go-sqlite3" // driver "sqlite3"

	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// DB is the database of a store. Its methods may be called from any goroutine;
// they use one connection, one after the other.
type DB struct {
	mu     sync.Mutex
	sql    *sql.DB
	conn   *sql.Conn
	schema Schema
	tables []*table
	place  map[*store.Property]place
	home   map[int32]*table // by class: the table with its objects
	number map[int32]int64  // class of the store -> number in the database
	class  map[int64]int32  // and back
	static map[int64]bool   // static objects already written
	store  *store.Store
	failed error // of Persist inside a mirror, told by the next use
	stop   func()
}

// table is a table with its columns: those of fields, then that of the class.
type table struct {
	Table
	at      int
	columns []string
	classes []value.Class
	owners  []*store.Property // nil for the class
	upserts map[string]*sql.Stmt
}

type place struct {
	t     *table
	col   int
	order []int
}

// Open opens a database and makes the tables and columns of schema that it
// lacks. dsn is the name of a SQLite file, or "" for one in memory. The caller
// closes it.
func Open(ctx context.Context, dsn string, schema Schema) (*DB, error) {
	source := ":memory:"
	if dsn != "" {
		source = "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(dsn) +
			"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000"
	}
	pool, err := sql.Open("sqlite3", source)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("database %s: %w", dsn, err)
	}
	d := &DB{sql: pool, conn: conn, place: map[*store.Property]place{}, home: map[int32]*table{},
		number: map[int32]int64{}, class: map[int64]int32{}, static: map[int64]bool{}}
	err = d.inTransaction(ctx, func() error {
		if err := d.begin(ctx); err != nil {
			return err
		}
		return d.extend(ctx, schema)
	})
	if err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("database %s: %w", dsn, err)
	}
	return d, nil
}

// Close ends a mirror and closes the database.
func (d *DB) Close() error {
	if d.stop != nil {
		d.stop()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Join(d.conn.Close(), d.sql.Close())
}

// Extend takes a schema with more tables, columns or classes, made by Build of
// a program that has grown, and writes what the store holds for properties that
// are new to it.
func (d *DB) Extend(ctx context.Context, schema Schema) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	had := maps.Clone(d.place)
	return d.inTransaction(ctx, func() error {
		if err := d.extend(ctx, schema); err != nil || d.store == nil {
			return err
		}
		w := newRowWriter(d)
		w.fill(d.store.NewSession(), func(p *store.Property) bool { _, ok := had[p]; return !ok })
		return w.flush(ctx)
	})
}

func (d *DB) exec(ctx context.Context, text string, args ...any) error {
	if _, err := d.conn.ExecContext(ctx, text, args...); err != nil {
		return fmt.Errorf("%w in %s", err, text)
	}
	return nil
}

// inTransaction runs f between a savepoint and its release, so that it may be
// part of a transaction.
func (d *DB) inTransaction(ctx context.Context, f func() error) error {
	if err := d.exec(ctx, "SAVEPOINT golsf"); err != nil {
		return err
	}
	if err := f(); err != nil {
		back := context.WithoutCancel(ctx)
		return errors.Join(err, d.exec(back, "ROLLBACK TO golsf"), d.exec(back, "RELEASE golsf"))
	}
	return d.exec(ctx, "RELEASE golsf")
}

// begin makes the tables of our own: classes and static objects by name, and
// what tracking needs.
func (d *DB) begin(ctx context.Context) error {
	for _, text := range []string{
		"CREATE TABLE IF NOT EXISTS golsf_class (number integer PRIMARY KEY, name text UNIQUE)",
		"CREATE TABLE IF NOT EXISTS golsf_static (class integer, name text, id integer, PRIMARY KEY (class, name))",
		"CREATE TEMP TABLE golsf_track (yes integer)",
		"INSERT INTO golsf_track VALUES (0)",
		"CREATE TEMP TABLE golsf_log (t integer, k0, k1, k2, k3, k4, k5, k6, k7)",
	} {
		if err := d.exec(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) extend(ctx context.Context, schema Schema) error {
	d.schema = schema
	if err := d.numberClasses(ctx, schema.Classes); err != nil {
		return err
	}
	d.tables = nil
	clear(d.place)
	clear(d.home)
	for i, spec := range schema.Tables {
		t := &table{Table: spec, at: i, upserts: map[string]*sql.Stmt{}}
		for _, f := range spec.Fields {
			d.place[f.Property] = place{t, len(t.columns), f.Order}
			t.columns = append(t.columns, f.Name)
			t.classes = append(t.classes, f.Class)
			t.owners = append(t.owners, f.Property)
		}
		if spec.ClassField != "" {
			t.columns = append(t.columns, spec.ClassField)
			t.classes = append(t.classes, value.Class{Name: value.NameLong})
			t.owners = append(t.owners, nil)
			for _, c := range spec.Classes {
				d.home[c] = t
			}
		}
		d.tables = append(d.tables, t)
		if err := d.makeTable(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (t *table) keyNames() []string {
	if len(t.Keys) == 0 {
		return []string{"dumb"}
	}
	names := make([]string, len(t.Keys))
	for i, k := range t.Keys {
		names[i] = k.Name
	}
	return names
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return strings.Join(out, ", ")
}

func (d *DB) makeTable(ctx context.Context, t *table) error {
	have, err := d.columnsOf(ctx, t.Name)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		var cols []string
		if len(t.Keys) == 0 {
			cols = append(cols, "dumb integer NOT NULL")
		}
		for _, k := range t.Keys {
			cols = append(cols, quote(k.Name)+" "+SQLType(k.Class)+" NOT NULL")
		}
		for i, c := range t.columns {
			cols = append(cols, quote(c)+" "+SQLType(t.classes[i]))
		}
		keys := t.keyNames()
		text := "CREATE TABLE " + quote(t.Name) + " (" + strings.Join(cols, ", ") + ", PRIMARY KEY (" + quoted(keys) + "))"
		if err := d.exec(ctx, text); err != nil {
			return err
		}
		if len(t.Keys) == 0 {
			if err := d.exec(ctx, "INSERT INTO "+quote(t.Name)+" (dumb) VALUES (0)"); err != nil {
				return err
			}
		}
		for i := 1; i < len(keys); i++ {
			name := Cut(strings.Join(keys[i:], "_") + "_idx_" + t.Name)
			if err := d.exec(ctx, "CREATE INDEX IF NOT EXISTS "+quote(name)+" ON "+quote(t.Name)+" ("+quoted(keys[i:])+")"); err != nil {
				return err
			}
		}
	} else {
		for i, c := range t.columns {
			if !have[strings.ToLower(c)] {
				if err := d.exec(ctx, "ALTER TABLE "+quote(t.Name)+" ADD COLUMN "+quote(c)+" "+SQLType(t.classes[i])); err != nil {
					return err
				}
			}
		}
	}
	return d.makeTriggers(ctx, t)
}

func (d *DB) columnsOf(ctx context.Context, table string) (map[string]bool, error) {
	rows, err := d.conn.QueryContext(ctx, "SELECT lower(name) FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	have := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		have[name] = true
	}
	return have, rows.Err()
}

// makeTriggers has the keys of rows noted that SQL changes while tracking is on.
func (d *DB) makeTriggers(ctx context.Context, t *table) error {
	if len(t.Keys) > maxKeys {
		return nil
	}
	note := func(row string) string {
		cols, vals := []string{"t"}, []string{fmt.Sprint(t.at)}
		for i, k := range t.Keys {
			cols = append(cols, fmt.Sprintf("k%d", i))
			vals = append(vals, row+"."+quote(k.Name))
		}
		return "INSERT INTO golsf_log (" + strings.Join(cols, ", ") + ") VALUES (" + strings.Join(vals, ", ") + ");"
	}
	for _, tr := range []struct{ event, notes string }{
		{"INSERT", note("NEW")}, {"UPDATE", note("OLD") + note("NEW")}, {"DELETE", note("OLD")},
	} {
		name := quote("golsf_" + strings.ToLower(tr.event) + "_" + t.Name)
		if err := d.exec(ctx, "DROP TRIGGER IF EXISTS temp."+name); err != nil {
			return err
		}
		text := "CREATE TEMP TRIGGER " + name + " AFTER " + tr.event + " ON main." + quote(t.Name) +
			" WHEN (SELECT yes FROM golsf_track) BEGIN " + tr.notes + " END"
		if err := d.exec(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// maxKeys is the number of keys that tracking can note.
const maxKeys = 8

// numberClasses gives every class its number in the database, that of earlier
// runs if it had one.
func (d *DB) numberClasses(ctx context.Context, classes []ClassDecl) error {
	for _, c := range classes {
		if c.Number == 0 {
			continue
		}
		name := c.Namespace + "." + c.Name
		if err := d.exec(ctx, "INSERT OR IGNORE INTO golsf_class (name) VALUES (?)", name); err != nil {
			return err
		}
		var n int64
		if err := d.conn.QueryRowContext(ctx, "SELECT number FROM golsf_class WHERE name = ?", name).Scan(&n); err != nil {
			return err
		}
		d.number[c.Number], d.class[n] = n, c.Number
	}
	return nil
}
