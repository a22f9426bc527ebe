package sqlconn

import (
	"context"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/mattn/go-sqlite3"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

// rowsPerInsert is how many rows one INSERT has at most.
const rowsPerInsert = 50

// rowKey is the column with the number of the row, from 0.
const rowKey = "row"

// isTableFile reports whether a parameter is uploaded: a TABLEFILE, or a FILE
// or NAMEDFILE with the extension table.
func isTableFile(v value.Value) bool {
	f := v.File()
	if f == nil {
		return false
	}
	switch v.ClassName() {
	case value.NameTableFile:
		return true
	case value.NameFile, value.NameNamedFile:
		return f.Ext == "table"
	}
	return false
}

// upload makes a temporary table for each TABLE parameter that the statements
// name. tables holds their names by parameter; drop is never nil.
func (s *session) upload(ctx context.Context, c *connect.Call, stmts []statement) (tables []string, drop func(), err error) {
	tables = make([]string, len(c.Params))
	drop = func() {
		if s.temporary && s.d.name != Oracle {
			return // they go with the connection
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		for _, name := range tables {
			if name != "" {
				s.exec(ctx, "DROP TABLE "+name)
			}
		}
	}
	n := 0
	for i := range stmts {
		for _, p := range stmts[i].pieces {
			if p.param == 0 || p.quoted || tables[p.param-1] != "" || !isTableFile(c.Params[p.param-1].Value) {
				continue
			}
			name := fmt.Sprintf(s.d.tempName, n)
			n++
			if err := s.fill(ctx, name, c.Params[p.param-1].Value.File().Bytes, func() { tables[p.param-1] = name }); err != nil {
				return tables, drop, err
			}
		}
	}
	return tables, drop, nil
}

// uploadTable is a TABLE file on its way into a temporary table.
type uploadTable struct {
	name    string
	columns []string // quoted
	types   []string
	keyed   bool // the table has the row number as its first column
	reader  *table.Reader
	width   int // columns of the file
}

// fill creates the table name and copies the rows of a TABLE file into it.
// created is called once the table is there.
func (s *session) fill(ctx context.Context, name string, data []byte, created func()) error {
	r, err := table.Open(data)
	if err != nil {
		return err
	}
	u := &uploadTable{name: name, reader: r, width: len(r.Columns()), keyed: true}
	seen := make(map[string]bool)
	for _, col := range r.Columns() {
		key := strings.ToLower(col.Name)
		if seen[key] {
			return value.Errorf(connect.CodeCall, "the TABLE parameter has two columns %s", col.Name)
		}
		seen[key] = true
		u.keyed = u.keyed && key != rowKey
		u.columns = append(u.columns, s.d.quote(s.columnIdentifier(col.Name)))
		u.types = append(u.types, s.d.columnType(col.Type.ReadClass()))
	}
	if u.keyed {
		u.columns = append([]string{s.d.quote(s.d.fold(rowKey))}, u.columns...)
		u.types = append([]string{s.d.columnType(value.ClassInteger)}, u.types...)
	}
	if err := s.exec(ctx, s.createTable(u)); err != nil {
		return err
	}
	created()
	switch s.d.name {
	case SQLite:
		err = s.fillSQLite(ctx, u)
	case PostgreSQL:
		err = s.fillPostgres(ctx, u)
	default:
		err = s.fillGeneric(ctx, u)
	}
	if err == nil && s.d.analyze != "" {
		err = s.exec(ctx, fmt.Sprintf(s.d.analyze, name))
	}
	return err
}

// columnIdentifier folds a plain name as the database folds unquoted ones, so
// that statements find the column quoted or not.
func (s *session) columnIdentifier(name string) string {
	for i := 0; i < len(name); i++ {
		if c := name[i]; !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && isDigit(c)) {
			return name
		}
	}
	return s.d.fold(name)
}

func (s *session) createTable(u *uploadTable) string {
	var b strings.Builder
	fmt.Fprintf(&b, s.d.temp, u.name)
	b.WriteString(" (")
	for i, c := range u.columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c + " " + u.types[i])
		if i == 0 && u.keyed && s.d.name != ClickHouse {
			b.WriteString(" PRIMARY KEY")
		}
	}
	if len(u.columns) == 0 {
		b.WriteString(s.d.quote("dumb") + " integer")
	}
	b.WriteString(")")
	switch s.d.name {
	case MySQL:
		// Whatever the server's default charset; a _bin collation gives way to none.
		b.WriteString(" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	case Oracle:
		b.WriteString(" ON COMMIT PRESERVE ROWS")
	case ClickHouse:
		b.WriteString(" ENGINE = Memory")
	}
	return b.String()
}

// insertText is an INSERT of n rows.
func (s *session) insertText(u *uploadTable, n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + u.name + " (" + strings.Join(u.columns, ",") + ") VALUES ")
	arg := 0
	for r := range n {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for c := range u.columns {
			if c > 0 {
				b.WriteByte(',')
			}
			arg++
			b.WriteString(s.d.placeholder(arg))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// batch reads up to n rows as arguments of one INSERT.
func (u *uploadTable) batch(d *dialect, row []value.Value, first int64, n int, args []any) ([]any, int, error) {
	for k := range n {
		more, err := u.reader.Next(row)
		if err != nil || !more {
			return args, k, err
		}
		if u.keyed {
			args = append(args, first+int64(k))
		}
		for _, v := range row {
			args = append(args, d.cell(v))
		}
	}
	return args, n, nil
}

// inserts calls exec for batches of rows until the file ends.
func (s *session) inserts(u *uploadTable, exec func(rows int, args []any) error) error {
	if len(u.columns) == 0 {
		return nil
	}
	size := max(1, min(rowsPerInsert, s.d.variables/len(u.columns)))
	row := make([]value.Value, u.width)
	var args []any
	for first := int64(0); ; {
		var n int
		var err error
		if args, n, err = u.batch(s.d, row, first, size, args[:0]); err != nil || n == 0 {
			return err
		}
		if err := exec(n, args); err != nil {
			return err
		}
		if first += int64(n); n < size {
			return nil
		}
	}
}

func (s *session) fillGeneric(ctx context.Context, u *uploadTable) error {
	return s.inserts(u, func(rows int, args []any) error {
		_, err := s.conn.ExecContext(ctx, s.insertText(u, rows), args...)
		return err
	})
}

// fillSQLite inserts with one prepared statement in one transaction, past
// database/sql, which would copy and check every argument.
func (s *session) fillSQLite(ctx context.Context, u *uploadTable) error {
	if !s.inTransaction() {
		if err := s.exec(ctx, "BEGIN"); err != nil {
			return err
		}
		defer s.exec(ctx, "COMMIT")
	}
	return s.conn.Raw(func(dc any) error {
		c, ok := dc.(*sqlite3.SQLiteConn)
		if !ok {
			return errNoRaw
		}
		var stmt driver.Stmt
		prepared := 0
		defer func() {
			if stmt != nil {
				stmt.Close()
			}
		}()
		var named []driver.NamedValue
		return s.inserts(u, func(rows int, args []any) (err error) {
			if rows != prepared {
				if stmt != nil {
					stmt.Close()
				}
				if stmt, err = c.Prepare(s.insertText(u, rows)); err != nil {
					return err
				}
				prepared = rows
			}
			named = named[:0]
			for i, a := range args {
				named = append(named, driver.NamedValue{Ordinal: i + 1, Value: a})
			}
			_, err = stmt.(driver.StmtExecContext).ExecContext(ctx, named)
			return err
		})
	})
}

// fillPostgres streams the rows with COPY in its text form.
func (s *session) fillPostgres(ctx context.Context, u *uploadTable) error {
	if len(u.columns) == 0 {
		return nil
	}
	return s.raw(func(c *pgx.Conn) error {
		src := &copyReader{u: u, d: s.d, row: make([]value.Value, u.width)}
		_, err := c.PgConn().CopyFrom(ctx, src, "COPY "+u.name+" ("+strings.Join(u.columns, ",")+") FROM STDIN")
		if src.err != nil && src.err != io.EOF {
			return src.err
		}
		return err
	})
}

// copyReader gives the rows of a TABLE file as the text that COPY reads.
type copyReader struct {
	u   *uploadTable
	d   *dialect
	row []value.Value
	buf []byte
	pos int
	n   int64
	err error
}

func (r *copyReader) Read(p []byte) (int, error) {
	if r.pos == len(r.buf) {
		r.buf, r.pos = r.buf[:0], 0
		for len(r.buf) < 60<<10 && r.err == nil {
			r.line()
		}
		if len(r.buf) == 0 {
			return 0, r.err
		}
	}
	n := copy(p, r.buf[r.pos:])
	r.pos += n
	return n, nil
}

func (r *copyReader) line() {
	more, err := r.u.reader.Next(r.row)
	if err != nil || !more {
		if r.err = err; err == nil {
			r.err = io.EOF
		}
		return
	}
	if r.u.keyed {
		r.buf = append(strconv.AppendInt(r.buf, r.n, 10), '\t')
	}
	r.n++
	for i, v := range r.row {
		if i > 0 {
			r.buf = append(r.buf, '\t')
		}
		if r.buf, r.err = r.d.appendCopy(r.buf, v); r.err != nil {
			return
		}
	}
	r.buf = append(r.buf, '\n')
}

// appendCopy writes a value for COPY: \N for NULL, \x… for bytes, tabs, line
// breaks and backslashes escaped.
func (d *dialect) appendCopy(dst []byte, v value.Value) ([]byte, error) {
	switch c := d.cell(v).(type) {
	case nil:
		return append(dst, `\N`...), nil
	case int64:
		return strconv.AppendInt(dst, c, 10), nil
	case float64:
		return strconv.AppendFloat(dst, c, 'g', -1, 64), nil
	case []byte:
		return hex.AppendEncode(append(dst, `\\x`...), c), nil
	case string:
		for i := 0; i < len(c); i++ {
			switch b := c[i]; b {
			case '\\':
				dst = append(dst, `\\`...)
			case '\t':
				dst = append(dst, `\t`...)
			case '\n':
				dst = append(dst, `\n`...)
			case '\r':
				dst = append(dst, `\r`...)
			case 0:
				return dst, value.Errorf(connect.CodeDatabase, "PostgreSQL cannot store the character U+0000 of a text")
			default:
				dst = append(dst, b)
			}
		}
		return dst, nil
	}
	return dst, value.Errorf(connect.CodeCall, "a value of class %s cannot be uploaded", value.ClassOfValue(v))
}
