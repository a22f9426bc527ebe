package assembly

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/connect/sqlconn"
	"github.com/golsf/golsf/runtime/local"
	"github.com/golsf/golsf/runtime/store"
)

// database is the SQL database behind the store: a file from the start, or one
// in memory that is filled when a program first uses LOCAL.
type database struct {
	file string
	inst *interp.Instance

	mu    sync.Mutex
	db    *local.DB
	known int         // properties of the program that the schema has
	stale atomic.Bool // something was committed since materialized values were computed
}

// persist makes a commit durable; without a file there is nothing to do.
func (d *database) persist(list *store.ChangeList) error {
	if d.file == "" || d.db == nil {
		return nil
	}
	return d.db.Persist(list)
}

// open opens the database and makes it and the store agree.
func (d *database) open(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	decl := declarations(d.inst)
	if d.db != nil {
		if len(decl.Properties) == d.known {
			return nil
		}
		d.known = len(decl.Properties)
		return d.db.Extend(ctx, local.Build(decl))
	}
	db, err := local.Open(ctx, d.file, local.Build(decl))
	if err != nil {
		return err
	}
	if d.file != "" {
		err = db.Load(ctx, d.inst.Store())
	} else {
		err = db.Mirror(ctx, d.inst.Store())
	}
	if err != nil {
		db.Close()
		return err
	}
	d.db, d.known = db, len(decl.Properties)
	d.stale.Store(true)
	d.inst.Store().Watch(func(*store.ChangeList) { d.stale.Store(true) })
	return nil
}

// refresh computes the columns of materialized properties when they may have
// changed.
func (d *database) refresh(ctx context.Context) error {
	if !d.stale.Load() {
		return nil
	}
	if err := d.inst.RefreshMaterialized(ctx); err != nil {
		return err
	}
	d.stale.Store(false)
	return nil
}

func (d *database) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.db == nil {
		return nil
	}
	err := d.db.Close()
	d.db = nil
	return err
}

// declarations describes the program's stored properties.
func declarations(inst *interp.Instance) local.Declarations {
	prog := inst.Program()
	var out local.Declarations
	for _, c := range prog.Classes {
		if c.Number == 0 {
			continue
		}
		decl := local.ClassDecl{Number: int32(c.Number), Namespace: c.Namespace, Name: c.Ident, Abstract: c.Abstract}
		for _, p := range c.Parents {
			decl.Parents = append(decl.Parents, int32(p.Number))
		}
		out.Classes = append(out.Classes, decl)
	}
	tables := map[*bound.Table]int{}
	for i, t := range prog.Tables {
		tables[t] = i
		out.Tables = append(out.Tables, local.TableDecl{Namespace: t.Namespace, Name: t.Ident, Keys: t.Keys, NoDefault: t.NoDefault})
	}
	materialized := inst.Materialized()
	for _, p := range prog.Properties {
		handle := materialized[p]
		if p.Kind == bound.Data && p.Ident != "" {
			handle = inst.Handle(p)
		}
		if handle == nil {
			continue
		}
		decl := local.PropertyDecl{Namespace: p.Namespace, Name: p.Ident, Keys: p.Params, Value: p.Class, Column: p.Field, Table: -1, Property: handle}
		if i, ok := tables[p.Table]; ok && p.Table != nil {
			decl.Table = i
		}
		out.Properties = append(out.Properties, decl)
	}
	return out
}

// localCall is one SQL call on LOCAL. The database lends its connection for the
// time of a function; the call spans several, so that function waits.
type localCall struct {
	d       *database
	conn    *sql.Conn
	ended   chan error
	changes chan *local.Changes
	failed  chan error
}

func (d *database) openLocal(ctx context.Context) (sqlconn.LocalDB, error) {
	if err := d.open(ctx); err != nil {
		return nil, err
	}
	if err := d.refresh(ctx); err != nil {
		return nil, err
	}
	c := &localCall{d: d, ended: make(chan error, 1), changes: make(chan *local.Changes, 1), failed: make(chan error, 1)}
	lent := make(chan *sql.Conn, 1)
	go func() {
		changes, err := d.db.Use(ctx, func(conn *sql.Conn) error {
			lent <- conn
			return <-c.ended
		})
		c.changes <- changes
		c.failed <- err
	}()
	select {
	case c.conn = <-lent:
		return c, nil
	case err := <-c.failed:
		return nil, err
	}
}

func (c *localCall) Conn() *sql.Conn { return c.conn }
func (c *localCall) Dialect() string { return "sqlite" }

// Done ends the call: what SQL changed in tables of properties becomes changes
// of the properties, checked as by APPLY (product.md decision 68).
func (c *localCall) Done(ctx context.Context, err error) error {
	c.ended <- err
	changes := <-c.changes
	if used := <-c.failed; used != nil && err == nil {
		return used
	}
	if changes.Empty() {
		return nil
	}
	applied := c.d.inst.ApplyOutside(ctx, changes.Apply)
	if applied != nil {
		if back := c.d.db.Revert(context.WithoutCancel(ctx), changes); back != nil {
			return back
		}
	}
	return applied
}
