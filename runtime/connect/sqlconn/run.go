package sqlconn

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/mattn/go-sqlite3"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

// result is what a statement gave: a TABLE file or a count of rows.
type result struct {
	isTable bool
	table   []byte
	count   int64
}

// run executes the statements of text and converts their results.
func (s *session) run(ctx context.Context, c *connect.Call, text string) (*connect.Reply, error) {
	stmts, err := scan(text, s.d.lex, len(c.Params))
	if err != nil {
		return nil, err
	}
	if len(stmts) == 0 && s.d.name == SQLite {
		return nil, value.Errorf(connect.CodeCall, "the command has no statement")
	}
	tables, drop, err := s.upload(ctx, c, stmts)
	defer drop()
	if err != nil {
		return nil, err
	}
	results, err := s.statements(ctx, c, stmts, tables)
	if err != nil {
		return nil, err
	}
	reply := &connect.Reply{}
	for i := 0; i < len(results) && i < len(c.To); i++ {
		v, err := results[i].value(c.To[i])
		if err != nil {
			return reply, err
		}
		reply.Results = append(reply.Results, v)
	}
	return reply, nil
}

// value converts a result to the class of its TO property; without a class it
// is a TABLEFILE or a LONG.
func (r result) value(c value.Class) (value.Value, error) {
	switch {
	case r.isTable && !c.Known():
		return value.FileOf(value.NameTableFile, &value.FileData{Bytes: r.table}), nil
	case !c.Known():
		return value.Int64(r.count), nil
	case r.isTable && c.IsFile():
		f := &value.FileData{Bytes: r.table}
		switch c.Name {
		case value.NameFile:
			f.Ext = "table"
		case value.NameNamedFile:
			f.Ext, f.Name = "table", "file"
		}
		return value.FileOf(c.Name, f), nil
	case r.isTable:
		return value.Value{}, value.Errorf(connect.CodeAnswer, "a result set cannot be written to a property of class %s", c)
	case c.IsNumber():
		return value.Cast(value.Int64(r.count), c)
	}
	return value.Value{}, value.Errorf(connect.CodeAnswer, "the number of changed rows cannot be written to a property of class %s", c)
}

// statements runs all statements, in one transaction where they are several.
func (s *session) statements(ctx context.Context, c *connect.Call, stmts []statement, tables []string) (results []result, err error) {
	whole := len(stmts) > 1 && !s.manual && s.d.begin != "" && !s.inTransaction()
	for i := range stmts {
		whole = whole && !stmts[i].controls()
	}
	if whole {
		if err := s.exec(ctx, s.d.begin); err != nil {
			return nil, err
		}
		defer func() {
			if err == nil {
				err = s.exec(ctx, "COMMIT")
			}
			if err != nil {
				s.undo(ctx)
			}
		}()
	}
	for i := range stmts {
		st := &stmts[i]
		if s.manual && !st.controls() && !s.inTransaction() && s.d.begin != "" {
			if err := s.exec(ctx, s.d.begin); err != nil {
				return nil, err
			}
			s.begun = true
		}
		keep := len(results) < len(c.To)
		q, err := s.d.bind(st, c.Params, tables)
		if err != nil {
			return nil, err
		}
		r, err := s.one(ctx, st, q, sink{keep: keep, limit: c.MaxResponse})
		if err != nil {
			return nil, err
		}
		s.note(st)
		if keep {
			results = append(results, r...)
		}
	}
	return results, nil
}

// undo rolls back although the call may have been stopped.
func (s *session) undo(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	s.exec(ctx, "ROLLBACK")
}

func (s *session) exec(ctx context.Context, text string) error {
	_, err := s.conn.ExecContext(ctx, text)
	return err
}

// controls is true of statements that begin or end transactions.
func (st *statement) controls() bool {
	switch st.word(0) {
	case "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "ABORT":
		return true
	case "END":
		return true
	case "START":
		return st.word(1) == "TRANSACTION"
	case "SET":
		return st.word(1) == "AUTOCOMMIT" || st.word(1) == "TRANSACTION"
	}
	return false
}

// note follows transactions where the driver cannot tell.
func (s *session) note(st *statement) {
	switch st.word(0) {
	case "BEGIN", "START":
		s.begun = st.controls()
	case "COMMIT", "END", "ABORT":
		s.begun = false
	case "ROLLBACK":
		s.begun = s.begun && (st.word(1) == "TO" || st.word(2) == "TO")
	}
}

// inTransaction asks the connection, or what was noted.
func (s *session) inTransaction() bool {
	open := s.begun
	s.conn.Raw(func(dc any) error {
		switch c := dc.(type) {
		case *sqlite3.SQLiteConn:
			open = !c.AutoCommit()
		case *stdlib.Conn:
			open = c.Conn().PgConn().TxStatus() != 'I'
		}
		return nil
	})
	return open
}

// sink takes result sets; without keep they are read and dropped.
type sink struct {
	keep  bool
	limit int64
}

// limitedBuffer is the TABLE file being built.
type limitedBuffer struct {
	bytes.Buffer
	limit int64
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.limit > 0 && int64(b.Len()+len(p)) > b.limit {
		return 0, value.Errorf(connect.CodeTooLarge, "the result set is larger than the limit of %d bytes (--max-response)", b.limit)
	}
	return b.Buffer.Write(p)
}

// rowSource gives the rows of a result set as values.
type rowSource interface {
	// columns is asked after the first row was read, if there is one.
	columns() []table.Column
	// next reads a row into dst, made for the number of columns.
	next(dst []value.Value) (bool, error)
	width() int
}

// collect reads all rows into a TABLE file.
func (k sink) collect(src rowSource) (result, error) {
	row := make([]value.Value, src.width())
	more, err := src.next(row)
	if err != nil {
		return result{}, err
	}
	if !k.keep {
		for more && err == nil {
			more, err = src.next(row)
		}
		return result{isTable: true}, err
	}
	buf := &limitedBuffer{limit: k.limit}
	out, err := table.NewStream(buf, src.columns())
	if err != nil {
		return result{}, err
	}
	for more {
		if err := out.Write(row); err != nil {
			return result{}, err
		}
		if more, err = src.next(row); err != nil {
			return result{}, err
		}
	}
	err = out.Close()
	return result{isTable: true, table: buf.Bytes()}, err
}

// one runs one statement, which may give several results.
func (s *session) one(ctx context.Context, st *statement, q query, k sink) ([]result, error) {
	switch s.d.name {
	case SQLite:
		return s.sqliteStatement(ctx, st, q, k)
	case PostgreSQL:
		return s.postgresStatement(ctx, q, k)
	}
	return s.genericStatement(ctx, st, q, k)
}

// returnsRows guesses by its words whether a statement has a result set.
func (st *statement) returnsRows() bool {
	switch st.word(0) {
	case "SELECT", "VALUES", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "TABLE", "CALL", "EXEC", "EXECUTE", "PRAGMA", "CHECK", "ANALYZE", "EXISTS":
		return true
	}
	for _, p := range st.pieces {
		if containsWord(p.text, "RETURNING") {
			return true
		}
	}
	return false
}

func containsWord(text, word string) bool {
	return bytes.Contains(bytes.ToUpper([]byte(text)), []byte(word))
}

// counts is true of statements whose count of rows means something.
func (st *statement) counts() bool {
	switch st.word(0) {
	case "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "WITH", "LOAD":
		return true
	}
	return false
}

// genericStatement runs a statement through database/sql alone.
func (s *session) genericStatement(ctx context.Context, st *statement, q query, k sink) ([]result, error) {
	if !st.returnsRows() {
		return s.genericExec(ctx, st, q)
	}
	rows, err := s.conn.QueryContext(ctx, q.text, q.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []result
	for {
		types, err := rows.ColumnTypes()
		if err != nil {
			return nil, err
		}
		if len(types) > 0 {
			r, err := k.collect(newGenericRows(rows, types, s.d))
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		if !rows.NextResultSet() {
			break
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		out = append(out, result{})
	}
	return out, nil
}

func (s *session) genericExec(ctx context.Context, st *statement, q query) ([]result, error) {
	res, err := s.conn.ExecContext(ctx, q.text, q.args...)
	if err != nil {
		return nil, err
	}
	return []result{{count: affected(st, res)}}, nil
}

func affected(st *statement, res sql.Result) int64 {
	if !st.counts() {
		return 0
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0
	}
	return n
}

var errNoRaw = errors.New("the connection is not of the driver expected")
