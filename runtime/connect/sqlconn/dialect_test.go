package sqlconn

import (
	"strings"
	"testing"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

func TestOpen(t *testing.T) {
	for text, want := range map[string]string{
		"jdbc:sqlite:x.db": SQLite, "jdbc:sqlite::memory:": SQLite, "sqlite://x.db": SQLite, "sqlite3:x.db?mode=ro": SQLite,
		"jdbc:postgresql://h:5432/d?user=u&password=p&ssl=true": PostgreSQL, "postgres://u:p@h/d": PostgreSQL, "jdbc:postgresql:d": PostgreSQL,
		"jdbc:mysql://h/d?user=root&password=": MySQL, "jdbc:mariadb://h:3307/d": MySQL, "mysql://u:p@h/d": MySQL,
		"jdbc:sqlserver://h\\i:1433;databaseName=d;user=u;password={p;w}": SQLServer, "sqlserver://u:p@h?database=d": SQLServer,
		"jdbc:oracle:thin:u/p@h:1521:SID": Oracle, "jdbc:oracle:thin:@//h:1521/svc": Oracle,
		"jdbc:clickhouse://h:8123/d?user=u&password=p": ClickHouse, "clickhouse://h:9000/d": ClickHouse,
	} {
		d, c, err := open(text)
		if err != nil || d.name != want || c == nil {
			t.Errorf("%s: %v %v", text, d, err)
		}
	}
}

func TestURLs(t *testing.T) {
	for in, want := range map[string]string{
		`//h\inst:1433;databaseName=d;user=u;password={p};encrypt=false`: "sqlserver://u:p@h:1433/inst?database=d&encrypt=false",
		"//h;user=u": "sqlserver://u:@h/",
	} {
		if got, err := sqlServerURL(in); err != nil || got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"u/p@h:1522:SID":             "oracle://u:p@h:1522/?SID=SID",
		"@//h/svc?user=u&password=p": "oracle://u:p@h:1521/svc",
	} {
		if got := strings.TrimSuffix(oracleURL(in), "?"); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// TestLiterals shows how each database gets values.
func TestLiterals(t *testing.T) {
	params := []connect.Param{}
	for _, v := range []value.Value{value.Int(-7), value.Int64(5000000000), value.Decimal(1250, 2), value.Float(1e10), value.True, value.String("d'Art"),
		value.Of(value.Date, 19849), value.Of(value.ZDateTime, 0), value.Of(value.Color, 0xFF0000), value.JSONText(value.NameJSON, "{}"), {}} {
		params = append(params, connect.Param{Value: v, Class: value.ClassOfValue(v)})
	}
	for name, want := range map[string]string{
		PostgreSQL: "(-7), CAST(5000000000 AS int8), 12.50, 1.0E10, 1, CAST($1 AS varchar(5)), CAST($2 AS date), CAST($3 AS timestamptz), $4, CAST('{}' AS jsonb), NULL",
		MySQL:      "(-7), 5000000000, 12.50, 1.0E10, 1, ?, CAST(? AS date), CAST(? AS datetime), ?, ?, NULL",
		SQLite:     "(-7), 5000000000, ?, ?, 1, ?, ?, ?, ?, ?, NULL",
		SQLServer:  "(-7), 5000000000, 12.50, 1.0E10, 1, @p1, CAST(@p2 AS date), CAST(@p3 AS datetimeoffset), @p4, @p5, NULL",
		Oracle:     "(-7), 5000000000, 12.50, 1.0E10, 1, :1, TO_DATE(:2, 'YYYY-MM-DD'), TO_TIMESTAMP_TZ(:3, 'YYYY-MM-DD HH24:MI:SS.FF6TZH:TZM'), :4, :5, NULL",
		ClickHouse: "(-7), 5000000000, 12.50, 1.0E10, 1, ?, toDate32(?), toDateTime64(?, 6), ?, ?, NULL",
	} {
		d := dialectOf(name)
		stmts, err := scan("$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11", d.lex, len(params))
		if err != nil || len(stmts) != 1 {
			t.Fatal(stmts, err)
		}
		q, err := d.bind(&stmts[0], params, make([]string, len(params)))
		if err != nil || q.text != want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, q.text, want)
		}
	}
}
