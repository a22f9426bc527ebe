package sqlconn_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/golsf/golsf/internal/dbtest"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

const uploadRows = 100_000

func uploadFile(b *testing.B) connect.Param {
	rows := make([][]value.Value, uploadRows)
	for i := range rows {
		rows[i] = []value.Value{value.String(fmt.Sprintf("code%07d", i)), value.Int(int32(i)), value.Decimal(int64(i)*7, 2)}
	}
	return exported(b, []format.Column{{Name: "code", Class: value.StringClass(20)}, {Name: "qty", Class: value.ClassInteger}, {Name: "price", Class: value.NumericClass(12, 2)}}, rows...)
}

// ratio reports the time of a TABLE parameter as a multiple of the peer's.
func ratio(b *testing.B, d db, peer func() time.Duration) {
	file := uploadFile(b)
	var own, other time.Duration
	for b.Loop() {
		start := time.Now()
		if got := d.show("select count(*) as n from $1 x", file); !strings.HasSuffix(got, fmt.Sprint(uploadRows)) {
			b.Fatal(got)
		}
		own += time.Since(start)
		other += peer()
	}
	b.ReportMetric(float64(own)/float64(other), "×peer")
}

// BenchmarkUploadSQLite compares with a prepared INSERT row by row in one
// transaction.
func BenchmarkUploadSQLite(b *testing.B) {
	ctx := context.Background()
	d := sqlite(b)
	db, err := sql.Open("sqlite3", filepath.Join(b.TempDir(), "peer.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	ratio(b, d, func() time.Duration {
		conn, err := db.Conn(ctx)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		start := time.Now()
		conn.ExecContext(ctx, "create temporary table p (r integer primary key, code text, qty integer, price numeric)")
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			b.Fatal(err)
		}
		stmt, err := tx.PrepareContext(ctx, "insert into p values (?, ?, ?, ?)")
		if err != nil {
			b.Fatal(err)
		}
		for i := range uploadRows {
			if _, err := stmt.ExecContext(ctx, i, fmt.Sprintf("code%07d", i), i, float64(i)*0.07); err != nil {
				b.Fatal(err)
			}
		}
		stmt.Close()
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
		took := time.Since(start)
		conn.ExecContext(ctx, "drop table p")
		return took
	})
}

// BenchmarkUploadPostgres compares with COPY of the same rows as text.
func BenchmarkUploadPostgres(b *testing.B) {
	ctx := context.Background()
	s := dbtest.Postgres(b)
	var text strings.Builder
	for i := range uploadRows {
		fmt.Fprintf(&text, "%d\tcode%07d\t%d\t%d.%02d\n", i, i, i, i*7/100, i*7%100)
	}
	ratio(b, db{t: b, to: s.JDBC("postgresql", "postgres")}, func() time.Duration {
		start := time.Now()
		conn, err := pgx.Connect(ctx, "postgres://golsf@"+s.Host+"/postgres")
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, "create temporary table p (r integer primary key, code varchar(20), qty integer, price numeric(12,2))"); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.PgConn().CopyFrom(ctx, strings.NewReader(text.String()), "copy p from stdin"); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Exec(ctx, "analyze p"); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	})
}
