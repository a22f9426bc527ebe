package bench

import (
	"database/sql"
	"fmt"
	"testing"

	_ "github.com/mattn/go-sqlite3"
)

const (
	lines    = 1_000_000
	docs     = 100_000
	articles = 100_000
)

// fillLsf makes the documents and lines of P6, the articles of P7.
const setsLsf = `
	CLASS Doc; CLASS Line; CLASS Article;
	number = DATA INTEGER (Doc);
	doc = DATA Doc (Line); qty = DATA INTEGER (Line); cost = DATA INTEGER (Line);
	byNumber = GROUP AGGR Doc d BY number(d);
	sum = GROUP SUM qty(Line l) * cost(l) BY doc(l);
	barcode = DATA STRING[13] (Article); price = DATA INTEGER (Article);
	fillLines() {
		FOR iterate(INTEGER i, 0, 99999) NEW d = Doc DO number(d) <- i;
		APPLY;
		FOR iterate(INTEGER i, 0, 999999) NEW l = Line DO {
			doc(l) <- byNumber(mod(i * 2111, 100000)); qty(l) <- 1 + mod(i, 9); cost(l) <- 10 + mod(i, 91);
		}
		APPLY;
	}
	greatest() { RETURN (GROUP MAX sum(Doc d)); }
	fillArticles() {
		FOR iterate(INTEGER i, 0, 99999) NEW a = Article DO barcode(a) <- '481' + lpad(STRING(i), 10, '0');
		APPLY;
	}
	bc = DATA LOCAL STRING[13] (INTEGER); pr = DATA LOCAL INTEGER (INTEGER);
	rows() {
		bc(INTEGER i) <- '481' + lpad(STRING(mod(i * 13, 100000)), 10, '0') WHERE iterate(i, 0, 999999);
		pr(INTEGER i) <- mod(i, 1000) WHERE iterate(i, 0, 999999);
	}
	join() { FOR barcode(Article a) = bc(INTEGER i) DO price(a) <- pr(i); }
	prices() { RETURN (GROUP SUM 1 IF price(Article a)); }
`

func sqlite(b *testing.B, script string) *sql.DB {
	b.Helper()
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(script); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

// fillTable inserts n rows in one transaction.
func fillTable(b *testing.B, db *sql.DB, insert string, n int, row func(i int) []any) {
	b.Helper()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	st, err := tx.Prepare(insert)
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		if _, err := st.Exec(row(i)...); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// P6: the sums of all groups over a million lines.
func BenchmarkP6GroupSum(b *testing.B) {
	ours := load(b, setsLsf)
	ours.call(b, "fillLines")
	db := sqlite(b, `create table line (id integer primary key, doc integer, qty integer, cost integer)`)
	doc, qty, cost := make([]int32, lines), make([]int32, lines), make([]int32, lines)
	for i := range lines {
		// golsf multiplies two INTEGERs, so i * 2111 stays below 2^31 as here.
		doc[i], qty[i], cost[i] = int32(i*2111%docs), int32(1+i%9), int32(10+i%91)
	}
	fillTable(b, db, `insert into line values (?, ?, ?, ?)`, lines, func(i int) []any { return []any{i, doc[i], qty[i], cost[i]} })
	inSQLite := func() string {
		var n int64
		if err := db.QueryRow(`select max(s) from (select sum(qty * cost) s from line group by doc)`).Scan(&n); err != nil {
			b.Fatal(err)
		}
		return fmt.Sprint(n)
	}
	dense := func() string {
		sums := make([]int64, docs)
		for i, d := range doc {
			sums[d] += int64(qty[i]) * int64(cost[i])
		}
		best := int64(0)
		for _, s := range sums {
			best = max(best, s)
		}
		return fmt.Sprint(best)
	}
	if a, c, d := ours.fresh(b, "greatest"), inSQLite(), dense(); a != c || a != d {
		b.Fatalf("golsf %s, SQLite %s, Go %s", a, c, d)
	}
	compare(b, lines,
		// Sums are kept and follow changes (P9): a new program computes them anew.
		candidate{name: "golsf",
			prepare: func() { ours = load(b, setsLsf); ours.call(b, "fillLines") },
			run:     func() { ours.fresh(b, "greatest") }},
		candidate{name: "sqlite", run: func() { inSQLite() }},
		candidate{name: "go-dense", run: func() { dense() }},
	)
}

// P7: FOR barcode(Article a) = bc(INTEGER i) DO price(a) <- pr(i), no index
// declared, 1,000,000 rows by 100,000 articles.
func BenchmarkP7Join(b *testing.B) {
	ours := load(b, setsLsf)
	ours.call(b, "fillArticles")
	db := sqlite(b, `
		create table article (id integer primary key, barcode text);
		create table price (article integer primary key, price integer);
		create table row (i integer primary key, bc text, pr integer)`)
	code := func(i int) string { return fmt.Sprintf("481%010d", i) }
	fillTable(b, db, `insert into article values (?, ?)`, articles, func(i int) []any { return []any{i + 1, code(i)} })
	if _, err := db.Exec(`create index byCode on article (barcode)`); err != nil {
		b.Fatal(err)
	}
	fillTable(b, db, `insert into row values (?, ?, ?)`, lines, func(i int) []any { return []any{i, code(i * 13 % articles), i % 1000} })
	rowCode, rowPrice := make([]string, lines), make([]int64, lines)
	ids := make(map[string]int64, articles)
	for i := range articles {
		ids[code(i)] = int64(i + 1)
	}
	for i := range lines {
		rowCode[i], rowPrice[i] = code(i*13%articles), int64(i%1000)
	}
	var session *client
	compare(b, lines,
		candidate{name: "golsf",
			prepare: func() { session = ours.session(b); session.call(b, "rows") },
			run:     func() { session.call(b, "join") }},
		candidate{name: "sqlite",
			prepare: func() { db.Exec(`delete from price`) },
			run: func() {
				if _, err := db.Exec(`insert or replace into price select a.id, r.pr from row r join article a on a.barcode = r.bc`); err != nil {
					b.Fatal(err)
				}
			}},
		candidate{name: "go-maps", run: func() {
			prices := make(map[int64]int64)
			for i, c := range rowCode {
				if id, ok := ids[c]; ok {
					prices[id] = rowPrice[i]
				}
			}
		}},
	)
	if got := session.call(b, "prices"); got != fmt.Sprint(articles) {
		b.Fatalf("prices were written for %s articles", got)
	}
}
