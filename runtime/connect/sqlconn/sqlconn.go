// Package sqlconn is the connector of EXTERNAL SQL and INTERNAL DB. It opens
// JDBC-style and Go-style connection strings with the Go driver of the database,
// binds parameters, uploads TABLE files into temporary tables, runs the
// statements of a text one after another, and gives update counts and result
// sets as TABLE files.
//
// Source: Access_to_an_external_system_EXTERNAL#sql, seed 003.
package sqlconn

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// LocalDB is the database behind the property store, for one call.
type LocalDB interface {
	// Conn is the connection that the statements run on. It stays the store's.
	Conn() *sql.Conn
	// Dialect is SQLite or PostgreSQL.
	Dialect() string
	// Done ends the call with the error of its statements, or nil: the store
	// takes over what they have changed. It is called exactly once.
	Done(ctx context.Context, err error) error
}

// Connector does calls of kind SQL. Set its fields before the first call.
type Connector struct {
	// OpenLocal gives the database behind the property store for the connection
	// string LOCAL; nil refuses it.
	OpenLocal func(ctx context.Context) (LocalDB, error)
}

// session is an open connection with what is known of it.
type session struct {
	d         *dialect
	db        *sql.DB // nil when the connection is not ours
	conn      *sql.Conn
	manual    bool // autocommit is off
	begun     bool // a transaction is open, where the driver cannot tell
	temporary bool // closed after the call
}

// Close closes the connection; an open transaction is lost with it.
func (s *session) Close() error {
	if s.db == nil {
		return nil
	}
	return errors.Join(s.conn.Close(), s.db.Close())
}

// Call runs the statements of c.Exec, or with MethodAutoCommit sets autocommit
// of a connection of the block, which is opened if need be. Each result goes to the next TO property;
// TO properties beyond the results keep their values, results beyond them are
// dropped. Several statements are one transaction, unless they have transaction
// statements of their own or autocommit is off.
func (q *Connector) Call(ctx context.Context, c *connect.Call) (*connect.Reply, error) {
	secrets := &connect.Secrets{}
	reply, err := q.call(ctx, c, secrets)
	if err != nil {
		err = redact(ctx, err, secrets)
	}
	return reply, err
}

func (q *Connector) call(ctx context.Context, c *connect.Call, secrets *connect.Secrets) (*connect.Reply, error) {
	target, err := connectionString(c, secrets)
	if err != nil {
		return nil, err
	}
	if c.Method == connect.MethodAutoCommit {
		return &connect.Reply{}, setAutoCommit(ctx, c, target)
	}
	if c.Exec.IsNull() {
		return nil, value.Errorf(connect.CodeCall, "the command of EXTERNAL SQL is NULL")
	}
	text, err := commandText(c)
	if err != nil {
		return nil, err
	}
	if target == connect.Local {
		return q.local(ctx, c, text)
	}
	s, err := acquire(ctx, c.Connections, target)
	if err != nil {
		return nil, err
	}
	if s.temporary {
		defer s.Close()
	}
	return s.run(ctx, c, text)
}

func (q *Connector) local(ctx context.Context, c *connect.Call, text string) (*connect.Reply, error) {
	if q.OpenLocal == nil {
		return nil, value.Errorf(connect.CodeDriver, "there is no LOCAL database here")
	}
	db, err := q.OpenLocal(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{d: dialectOf(db.Dialect()), conn: db.Conn()}
	if s.d == nil {
		return nil, errors.Join(value.Errorf(connect.CodeDriver, "the LOCAL database speaks %s", db.Dialect()), db.Done(ctx, nil))
	}
	reply, err := s.run(ctx, c, text)
	if done := db.Done(ctx, err); err == nil {
		err = done
	}
	return reply, err
}

// connectionString substitutes $N, without any encoding, and resolves the empty
// string to the block's only open connection.
func connectionString(c *connect.Call, secrets *connect.Secrets) (string, error) {
	if c.Connection.IsNull() {
		return "", value.Errorf(connect.CodeCall, "connectionString not specified")
	}
	template := value.TextOf(c.Connection)
	secrets.AddURL(template)
	text, err := wire.Expand(template, make([]bool, len(c.Params)), wire.Plain, func(n int) (string, error) {
		v := c.Params[n-1].Value
		if v.File() != nil {
			return "", value.Errorf(connect.CodeCall, "the file $%d cannot stand in a connection string", n)
		}
		return value.WireText(v), nil
	})
	if err != nil {
		return "", err
	}
	secrets.AddURL(text)
	if text != "" {
		return text, nil
	}
	if c.Connections == nil {
		return "", value.Errorf(connect.CodeCall, "Empty connection string is supported only inside of NEWCONNECTION operator")
	}
	only, ok := c.Connections.Only(connect.KindSQL)
	if !ok {
		return "", value.Errorf(connect.CodeCall, "Empty connectionString is supported only if there was only one non-empty connectionString inside of NEWCONNECTION operator")
	}
	return only, nil
}

// acquire gives the block's connection or opens one.
func acquire(ctx context.Context, scope *connect.Connections, target string) (*session, error) {
	if scope != nil {
		if c, ok := scope.Get(connect.KindSQL, target); ok {
			return c.(*session), nil
		}
	}
	d, connector, err := open(target)
	if err != nil {
		return nil, err
	}
	s := &session{d: d, db: sql.OpenDB(connector), temporary: scope == nil}
	if s.conn, err = s.db.Conn(ctx); err == nil && d.name == SQLite {
		err = s.conn.PingContext(ctx)
	}
	if err != nil {
		s.db.Close()
		return nil, err
	}
	if scope != nil {
		if err := scope.Put(connect.KindSQL, target, s); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// setAutoCommit opens the connection in the block, or uses the one that is open,
// and sets whether each statement commits itself. Switched off, what no statement
// commits is lost at the end of the block.
func setAutoCommit(ctx context.Context, c *connect.Call, target string) error {
	if c.Connections == nil {
		return value.Errorf(connect.CodeCall, "setAutoCommit is supported only inside of NEWCONNECTION operator")
	}
	s, err := acquire(ctx, c.Connections, target)
	if err != nil {
		return err
	}
	on := !c.Exec.IsNull()
	if on && s.manual && s.inTransaction() {
		if err := s.exec(ctx, "COMMIT"); err != nil {
			return err
		}
		s.begun = false
	}
	s.manual = !on
	return nil
}

// commandText is the command, or the resource that it names.
func commandText(c *connect.Call) (string, error) {
	text := value.TextOf(c.Exec)
	if !strings.HasSuffix(text, ".sql") {
		return text, nil
	}
	path := filepath.FromSlash(strings.TrimPrefix(text, "/"))
	folders := c.Folders
	if len(folders) == 0 {
		folders = []string{"."}
	}
	for _, folder := range folders {
		root, err := os.OpenRoot(folder)
		if err != nil {
			continue
		}
		f, err := root.Open(path)
		root.Close()
		if err != nil {
			continue
		}
		b, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			return "", value.Errorf(connect.CodeFile, "the resource %s cannot be read: %s", text, err.Error())
		}
		return string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))), nil
	}
	return "", value.Errorf(connect.CodeFile, "the resource %s is not found in %s", text, strings.Join(folders, ", "))
}

// redact words an error of a driver and masks secrets.
func redact(ctx context.Context, err error, secrets *connect.Secrets) error {
	var own *value.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &own):
	case ctx.Err() != nil:
		own = value.Errorf(connect.CodeTimeout, "the database call was stopped: %s", ctx.Err().Error())
	case errors.As(err, &pg):
		own = value.Errorf(connect.CodeDatabase, "%s: %s", pg.Severity, pg.Message)
		if pg.Detail != "" {
			own.Message += "\n  Detail: " + pg.Detail
		}
	default:
		own = value.Errorf(connect.CodeDatabase, "%s", err.Error())
	}
	return &value.Error{Code: own.Code, Message: secrets.Redact(own.Message)}
}
