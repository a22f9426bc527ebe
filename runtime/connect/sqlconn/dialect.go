package sqlconn

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/mattn/go-sqlite3"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

var (
	sqliteLexis   = lexis{backtick: true, bracket: true, triggers: true, question: "NULL"}
	postgresLexis = lexis{dollar: true, nested: true, escapePrefx: true}
	mysqlLexis    = lexis{backslash: true, doubleText: true, backtick: true, hash: true, whole: true}
)

// Names of the dialects, as LocalDB.Dialect gives them too.
const (
	SQLite     = "sqlite"
	PostgreSQL = "postgresql"
	MySQL      = "mysql" // MariaDB too
	SQLServer  = "sqlserver"
	Oracle     = "oracle"
	ClickHouse = "clickhouse"
)

// dialect is what differs between databases.
type dialect struct {
	name        string
	lex         lexis
	placeholder func(n int) string // n from 1
	quote       func(name string) string
	fold        func(name string) string // what the database makes of an unquoted name
	begin       string                   // begins a transaction
	temp        string                   // CREATE … of a temporary table, with %s for its name
	tempName    string                   // its name, with %d
	analyze     string                   // with %s, "" for none
	variables   int                      // parameters of one statement
}

func quoteWith(open, closing string) func(string) string {
	return func(name string) string {
		return open + strings.ReplaceAll(name, closing, closing+closing) + closing
	}
}

func question(int) string          { return "?" }
func asWritten(name string) string { return name }

// dialectOf gives a dialect by name, nil for an unknown one.
func dialectOf(name string) *dialect {
	d := &dialect{name: name, placeholder: question, quote: quoteWith(`"`, `"`), fold: asWritten, begin: "BEGIN",
		temp: "CREATE TEMPORARY TABLE %s", tempName: "ti_%d", variables: 2000}
	switch name {
	case SQLite:
		d.lex, d.analyze, d.variables = sqliteLexis, "", 32000
	case PostgreSQL:
		d.lex, d.fold, d.analyze = postgresLexis, strings.ToLower, "ANALYZE %s"
		d.placeholder = func(n int) string { return "$" + strconv.Itoa(n) }
	case MySQL:
		d.lex, d.begin, d.variables = mysqlLexis, "START TRANSACTION", 20000
		d.quote = quoteWith("`", "`")
	case SQLServer:
		d.lex, d.begin = lexis{bracket: true, nested: true, whole: true}, "BEGIN TRANSACTION"
		d.quote = quoteWith("[", "]")
		d.temp, d.tempName = "CREATE TABLE %s", "#ti_%d"
		d.placeholder = func(n int) string { return "@p" + strconv.Itoa(n) }
	case Oracle:
		d.lex, d.fold, d.begin, d.variables = lexis{whole: true}, strings.ToUpper, "", 1
		d.temp = "CREATE GLOBAL TEMPORARY TABLE %s"
		d.placeholder = func(n int) string { return ":" + strconv.Itoa(n) }
	case ClickHouse:
		d.lex, d.begin = lexis{backslash: true, backtick: true, nested: true}, ""
	default:
		return nil
	}
	return d
}

// open finds the driver for a connection string: the JDBC form that lsFusion
// programs write, or the URL of the Go driver.
func open(text string) (*dialect, driver.Connector, error) {
	rest, jdbc := strings.CutPrefix(text, "jdbc:")
	scheme, tail, ok := strings.Cut(rest, ":")
	if !ok {
		return nil, nil, noDriver(text)
	}
	switch strings.ToLower(scheme) {
	case "sqlite", "sqlite3":
		if !jdbc {
			tail = strings.TrimPrefix(tail, "//")
		}
		c, err := sqliteConnector(tail)
		return dialectOf(SQLite), c, err
	case "postgresql", "postgres":
		c, err := postgresConnector(tail)
		return dialectOf(PostgreSQL), c, err
	case "mysql", "mariadb":
		c, err := mysqlConnector(tail)
		return dialectOf(MySQL), c, err
	case "sqlserver":
		c, err := sqlServerConnector(tail, jdbc)
		return dialectOf(SQLServer), c, err
	case "oracle":
		c, err := oracleConnector(tail, jdbc)
		return dialectOf(Oracle), c, err
	case "clickhouse", "ch":
		c, err := clickHouseConnector(tail, jdbc)
		return dialectOf(ClickHouse), c, err
	}
	return nil, nil, noDriver(text)
}

func noDriver(text string) error {
	return value.Errorf(connect.CodeDriver, "No suitable driver found for %s", connect.RedactURL(text))
}

func badURL(text string, err error) error {
	return value.Errorf(connect.CodeDriver, "the connection string %s cannot be read: %s", connect.RedactURL(text), connect.RedactURL(err.Error()))
}

// sqliteConnector opens a file, or a database in memory for "" and ":memory:".
func sqliteConnector(tail string) (driver.Connector, error) {
	path, query, _ := strings.Cut(tail, "?")
	path = strings.TrimPrefix(path, "file:")
	dsn := ":memory:"
	if path != "" && path != ":memory:" {
		dsn = "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	}
	options := url.Values{"_busy_timeout": {"5000"}}
	asked, err := url.ParseQuery(query)
	if err != nil {
		return nil, badURL(tail, err)
	}
	for name, v := range asked {
		switch strings.TrimPrefix(name, "_") {
		case "busy_timeout", "foreign_keys", "journal_mode", "synchronous":
			options.Set("_"+strings.TrimPrefix(name, "_"), v[0])
		case "mode", "cache", "immutable":
			options.Set(name, v[0])
		}
	}
	return plainConnector{&sqlite3.SQLiteDriver{}, dsn + "?" + options.Encode()}, nil
}

// plainConnector opens connections of a driver by their name.
type plainConnector struct {
	driver driver.Driver
	name   string
}

// Connect opens a connection.
func (p plainConnector) Connect(context.Context) (driver.Conn, error) { return p.driver.Open(p.name) }

// Driver gives the driver.
func (p plainConnector) Driver() driver.Driver { return p.driver }

// address is what URLs of network databases have in common.
type address struct {
	host, port, database string
	user, password       string
	options              url.Values
}

// parseAddress reads //user:password@host:port/database?option=value.
func parseAddress(tail string) (a address, err error) {
	head, query, _ := strings.Cut(tail, "?")
	if a.options, err = url.ParseQuery(query); err != nil {
		return a, err
	}
	rest, network := strings.CutPrefix(head, "//")
	if !network {
		a.database = strings.TrimPrefix(head, "/")
	} else {
		hosts, database, _ := strings.Cut(rest, "/")
		if i := strings.LastIndexByte(hosts, '@'); i >= 0 {
			a.user, a.password, _ = strings.Cut(hosts[:i], ":")
			if a.user, err = url.PathUnescape(a.user); err == nil {
				a.password, err = url.PathUnescape(a.password)
			}
			if err != nil {
				return a, err
			}
			hosts = hosts[i+1:]
		}
		a.host, a.database = hosts, database
	}
	if a.database, err = url.PathUnescape(a.database); err != nil {
		return a, err
	}
	if a.options.Has("user") {
		a.user = a.options.Get("user")
	}
	if a.options.Has("password") {
		a.password = a.options.Get("password")
	}
	return a, nil
}

// option gives the value of the first option that is there.
func (a address) option(names ...string) string {
	for _, n := range names {
		if a.options.Has(n) {
			return a.options.Get(n)
		}
	}
	return ""
}

func postgresConnector(tail string) (driver.Connector, error) {
	a, err := parseAddress(tail)
	if err != nil {
		return nil, badURL(tail, err)
	}
	if a.host == "" {
		a.host = "localhost"
	}
	u := url.URL{Scheme: "postgres", Host: a.host, Path: "/" + a.database}
	if a.user != "" {
		u.User = url.UserPassword(a.user, a.password)
	}
	q := url.Values{}
	set := func(name, v string) {
		if v != "" {
			q.Set(name, v)
		}
	}
	if ssl := a.options.Get("ssl"); ssl == "true" {
		set("sslmode", "require")
	}
	set("sslmode", a.option("sslmode"))
	set("sslrootcert", a.option("sslrootcert"))
	set("application_name", a.option("ApplicationName", "application_name"))
	set("search_path", a.option("currentSchema", "search_path"))
	set("options", a.option("options"))
	if n, err := strconv.Atoi(a.option("connectTimeout", "loginTimeout", "connect_timeout")); err == nil && n > 0 {
		set("connect_timeout", strconv.Itoa(n))
	}
	u.RawQuery = q.Encode()
	cfg, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, badURL(tail, err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	return stdlib.GetConnector(*cfg), nil
}

// localFiles are options with which a MySQL server may ask for files of the
// client.
var localFiles = []string{"allowLoadLocalInfile", "allowLoadLocalInfileInPath", "allowUrlInLocalInfile", "allowAllFiles", "allowLocalInfile"}

func mysqlConnector(tail string) (driver.Connector, error) {
	a, err := parseAddress(tail)
	if err != nil {
		return nil, badURL(tail, err)
	}
	for _, name := range localFiles {
		if v := a.options.Get(name); v != "" && v != "false" {
			return nil, value.Errorf(connect.CodeDriver, "the option %s lets the database server read local files and is refused", name)
		}
	}
	cfg := mysql.NewConfig()
	cfg.User, cfg.Passwd, cfg.DBName = a.user, a.password, a.database
	cfg.Net, cfg.Addr = "tcp", a.host
	if cfg.Addr == "" {
		cfg.Addr = "localhost"
	}
	if !strings.Contains(cfg.Addr, ":") {
		cfg.Addr += ":3306"
	}
	cfg.ClientFoundRows = true
	cfg.Logger = quiet{}
	cfg.TLSConfig = "preferred"
	if a.options.Get("useSSL") == "true" {
		cfg.TLSConfig = "skip-verify"
	}
	switch mode := strings.ToUpper(a.option("sslMode", "ssl-mode", "tls")); mode {
	case "DISABLED", "DISABLE", "FALSE":
		cfg.TLSConfig = "false"
	case "REQUIRED", "TRUST", "SKIP-VERIFY":
		cfg.TLSConfig = "skip-verify"
	case "VERIFY_CA", "VERIFY_IDENTITY", "VERIFY-CA", "VERIFY-FULL", "TRUE":
		cfg.TLSConfig = "true"
	}
	if a.options.Get("useSSL") == "false" {
		cfg.TLSConfig = "false"
	}
	if n, err := strconv.Atoi(a.options.Get("connectTimeout")); err == nil {
		cfg.Timeout = time.Duration(n) * time.Millisecond
	}
	if n, err := strconv.Atoi(a.options.Get("socketTimeout")); err == nil {
		cfg.ReadTimeout = time.Duration(n) * time.Millisecond
	}
	c, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, badURL(tail, err)
	}
	return c, nil
}

// quiet drops what the driver would print on stderr.
type quiet struct{}

func (quiet) Print(...any) {}

// columnType is the type of a column of class c in a temporary table.
func (d *dialect) columnType(c value.Class) string {
	length := func(n int32, limited, unlimited string) string {
		if n > 0 && n <= 4000 {
			return fmt.Sprintf(limited, n)
		}
		return unlimited
	}
	type names struct{ integer, long, double, numeric, date, clock, dateTime, zDateTime, bytes, text, varchar, json string }
	var t names
	switch d.name {
	case PostgreSQL:
		t = names{"integer", "int8", "double precision", "numeric", "date", "time", "timestamp", "timestamptz", "bytea", "text", "varchar(%d)", "jsonb"}
	case MySQL:
		t = names{"integer", "bigint", "double", "decimal(65,30)", "date", "time(6)", "datetime(6)", "datetime(6)", "longblob", "longtext", "varchar(%d)", "longtext"}
	case SQLServer:
		t = names{"integer", "bigint", "double precision", "numeric(38,19)", "date", "time", "datetime2", "datetimeoffset", "varbinary(max)", "nvarchar(max)", "nvarchar(%d)", "nvarchar(max)"}
	case Oracle:
		t = names{"integer", "number(19)", "binary_double", "number", "date", "varchar2(20)", "timestamp", "timestamp with time zone", "blob", "clob", "varchar2(%d char)", "clob"}
	case ClickHouse:
		t = names{"Nullable(Int32)", "Nullable(Int64)", "Nullable(Float64)", "Nullable(Decimal(76,32))", "Nullable(Date32)", "Nullable(String)", "Nullable(DateTime64(6))", "Nullable(DateTime64(6))", "Nullable(String)", "Nullable(String)", "Nullable(String)", "Nullable(String)"}
	default: // a column without a type keeps long numbers as the texts they are
		t = names{"integer", "bigint", "double", "", "date", "time", "datetime", "text", "blob", "text", "text", "text"}
	}
	switch c.Kind() {
	case value.Boolean, value.TBoolean, value.Integer, value.Year, value.Color:
		return t.integer
	case value.Long, value.Object:
		return t.long
	case value.Double:
		return t.double
	case value.Numeric:
		most := map[string]int16{SQLite: maxExact, PostgreSQL: 1000, MySQL: 65, SQLServer: 38, Oracle: 38}[d.name]
		if c.Prec > 0 && c.Prec <= most {
			return fmt.Sprintf("numeric(%d,%d)", c.Prec, c.Scale)
		}
		return t.numeric
	case value.Date:
		return t.date
	case value.Time:
		return t.clock
	case value.DateTime:
		return t.dateTime
	case value.ZDateTime:
		return t.zDateTime
	case value.File:
		return t.bytes
	case value.Text:
		if strings.Contains(t.varchar, "%d") {
			return length(c.Len, t.varchar, t.text)
		}
		return t.text
	case value.JSON:
		return t.json
	case value.Interval:
		return t.numeric
	}
	return t.text
}
