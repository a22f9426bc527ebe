package sqlconn

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

// raw runs f on the PostgreSQL connection beneath.
func (s *session) raw(f func(c *pgx.Conn) error) error {
	return s.conn.Raw(func(dc any) error {
		c, ok := dc.(*stdlib.Conn)
		if !ok {
			return errNoRaw
		}
		return f(c.Conn())
	})
}

// postgresStatement runs a statement with all results as text.
func (s *session) postgresStatement(ctx context.Context, q query, k sink) (out []result, err error) {
	err = s.raw(func(c *pgx.Conn) error {
		args := append([]any{pgx.QueryExecModeExec, pgx.QueryResultFormats{pgx.TextFormatCode}}, q.args...)
		rows, err := c.Query(ctx, q.text, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		if len(rows.FieldDescriptions()) == 0 {
			rows.Close()
			out = []result{{count: rows.CommandTag().RowsAffected()}}
			return rows.Err()
		}
		src := &postgresRows{rows: rows}
		for i, f := range rows.FieldDescriptions() {
			t, parse := postgresType(c.TypeMap(), f)
			src.cols = append(src.cols, table.Column{Name: columnName(f.Name, i), Type: t})
			src.parse = append(src.parse, parse)
		}
		r, err := k.collect(src)
		out = []result{r}
		return err
	})
	return out, err
}

// cellParser reads the text form of a value.
type cellParser func(text string) (value.Value, error)

type postgresRows struct {
	rows  pgx.Rows
	cols  []table.Column
	parse []cellParser
}

func (r *postgresRows) columns() []table.Column { return r.cols }
func (r *postgresRows) width() int              { return len(r.cols) }

func (r *postgresRows) next(dst []value.Value) (bool, error) {
	if !r.rows.Next() {
		return false, r.rows.Err()
	}
	for i, b := range r.rows.RawValues() {
		dst[i] = value.Value{}
		if b == nil {
			continue
		}
		v, err := r.parse[i](string(b))
		if err != nil {
			return false, err
		}
		dst[i] = v
	}
	return true, nil
}

// Object ids of types that have no name in pgtype.
const (
	oidTimeTZ = 1266
	oidMoney  = 790
)

// jdbcOther and jdbcArray are the JDBC types of a database's own types.
const (
	jdbcOther = 1111
	jdbcArray = 2003
)

// maxText is the length that a text without one reports.
const maxText = 2147483647

// postgresType is the column type of a field and how its texts are read.
func postgresType(types *pgtype.Map, f pgconn.FieldDescription) (table.Type, cellParser) {
	class := func(c value.Class) (table.Type, cellParser) {
		return table.Type{Class: c}, func(s string) (value.Value, error) { return value.ParseText(s, c) }
	}
	text := func(c value.Class) (table.Type, cellParser) {
		return table.Type{Class: c}, func(s string) (value.Value, error) { return value.String(s), nil }
	}
	mod := int(f.TypeModifier)
	switch f.DataTypeOID {
	case pgtype.BoolOID:
		return table.Type{Class: value.ClassBoolean}, func(s string) (value.Value, error) { return value.Bool(s == "t"), nil }
	case pgtype.Int2OID, pgtype.Int4OID:
		return class(value.ClassInteger)
	case pgtype.Int8OID, pgtype.OIDOID:
		return class(value.ClassLong)
	case pgtype.Float4OID, pgtype.Float8OID:
		return class(value.ClassDouble)
	case pgtype.NumericOID:
		return table.Type{Class: postgresNumeric(mod)}, postgresNumber
	case pgtype.BPCharOID:
		c := value.Class{Name: value.NameBPString, Len: textLength(mod - 4)}
		return table.Type{Class: c}, func(s string) (value.Value, error) { return value.String(strings.TrimRight(s, " ")), nil }
	case pgtype.VarcharOID:
		if mod > 4 {
			return text(value.StringClass(mod - 4))
		}
		return text(value.StringClass(maxText))
	case pgtype.NameOID:
		return text(value.StringClass(63))
	case pgtype.TextOID, pgtype.UnknownOID, pgtype.UUIDOID:
		return text(value.StringClass(maxText))
	case pgtype.ByteaOID:
		return table.Type{Bytes: true}, postgresBytes
	case pgtype.DateOID:
		return class(value.ClassDate)
	case pgtype.TimeOID:
		return class(value.Class{Name: value.NameTime})
	case oidTimeTZ:
		c := value.Class{Name: value.NameTime}
		return table.Type{Class: c}, func(s string) (value.Value, error) {
			if i := strings.LastIndexAny(s, "+-"); i > 0 {
				s = s[:i]
			}
			return value.ParseText(s, c)
		}
	case pgtype.TimestampOID:
		return class(value.ClassDateTime)
	case pgtype.TimestamptzOID:
		return table.Type{Class: value.ClassDateTime}, postgresMoment
	case oidMoney:
		return table.Type{JDBCType: 8, JDBCName: "money"}, func(s string) (value.Value, error) { return value.String(s), nil }
	}
	name := "oid" + strconv.Itoa(int(f.DataTypeOID))
	if t, ok := types.TypeForOID(f.DataTypeOID); ok {
		name = t.Name
	}
	own := table.Type{JDBCType: jdbcOther, JDBCName: name}
	if strings.HasPrefix(name, "_") {
		own.JDBCType = jdbcArray
	}
	return own, func(s string) (value.Value, error) { return value.String(s), nil }
}

// postgresNumeric is the class of numeric(p,s), whose type modifier holds both.
func postgresNumeric(mod int) value.Class {
	if mod < 4 {
		return numericType(0, 0)
	}
	return numericType((mod-4)>>16&0xFFFF, (mod-4)&0x7FF)
}

func postgresNumber(s string) (value.Value, error) {
	switch s {
	case "NaN", "Infinity", "-Infinity":
		return value.Value{}, nil
	}
	v, ok := value.ParseNumeric(s)
	if !ok {
		return v, value.Errorf(connect.CodeAnswer, "the number %s is out of the range of NUMERIC", shorten(s))
	}
	return v, nil
}

func postgresBytes(s string) (value.Value, error) {
	b, err := hex.DecodeString(strings.TrimPrefix(s, `\x`))
	if err != nil {
		return value.Value{}, value.Errorf(connect.CodeAnswer, "the database wrote bytes that are no hexadecimal text")
	}
	return value.FileOf(value.NameRawFile, &value.FileData{Bytes: b}), nil
}

// postgresMoment gives a timestamptz as local time.
func postgresMoment(s string) (value.Value, error) {
	for _, layout := range []string{"2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z07:00:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.In(time.Local)
			_, offset := t.Zone()
			return value.Of(value.DateTime, t.UnixMicro()+int64(offset)*1_000_000), nil
		}
	}
	return value.Value{}, value.Errorf(connect.CodeAnswer, "the moment %s cannot be read", s)
}
