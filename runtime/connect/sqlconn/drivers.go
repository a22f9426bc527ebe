package sqlconn

import (
	"database/sql/driver"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/sijms/go-ora/v2"
)

// sqlServerConnector reads //host\instance:port;name=value;… of JDBC, or the
// URL of the driver.
func sqlServerConnector(tail string, jdbc bool) (driver.Connector, error) {
	text := "sqlserver:" + tail
	if jdbc {
		u, err := sqlServerURL(tail)
		if err != nil {
			return nil, badURL(tail, err)
		}
		text = u
	}
	c, err := mssql.NewConnector(text)
	if err != nil {
		return nil, badURL(tail, err)
	}
	return c, nil
}

func sqlServerURL(tail string) (string, error) {
	head, rest, _ := strings.Cut(strings.TrimPrefix(tail, "//"), ";")
	host, instance, _ := strings.Cut(head, `\`)
	if h, port, ok := strings.Cut(instance, ":"); ok {
		host, instance = host+":"+port, h
	}
	u := url.URL{Scheme: "sqlserver", Host: host, Path: "/" + instance}
	q := url.Values{}
	user, password := "", ""
	for pair := range strings.SplitSeq(rest, ";") {
		name, v, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		if v, braced := strings.CutPrefix(strings.TrimSpace(v), "{"); braced {
			pair = strings.TrimSuffix(v, "}")
		} else {
			pair = v
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "databasename", "database":
			q.Set("database", pair)
		case "user", "username":
			user = pair
		case "password":
			password = pair
		case "encrypt":
			q.Set("encrypt", pair)
		case "trustservercertificate":
			q.Set("TrustServerCertificate", pair)
		case "logintimeout":
			q.Set("dial timeout", pair)
		case "applicationname":
			q.Set("app name", pair)
		case "servername", "server":
			u.Host = pair
		case "port", "portnumber":
			u.Host = net.JoinHostPort(u.Hostname(), pair)
		case "instancename":
			u.Path = "/" + pair
		}
	}
	if user != "" {
		u.User = url.UserPassword(user, password)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// oracleConnector reads thin:[user/password]@[//]host[:port][:SID|/service] of
// JDBC, or the URL of the driver.
func oracleConnector(tail string, jdbc bool) (driver.Connector, error) {
	text := "oracle:" + tail
	if jdbc {
		text = oracleURL(strings.TrimPrefix(tail, "thin:"))
	}
	if _, err := url.Parse(text); err != nil {
		return nil, badURL(tail, err)
	}
	return go_ora.NewConnector(text), nil
}

func oracleURL(tail string) string {
	login, target, _ := strings.Cut(tail, "@")
	user, password, _ := strings.Cut(login, "/")
	target, query, _ := strings.Cut(strings.TrimPrefix(target, "//"), "?")
	if q, err := url.ParseQuery(query); err == nil && q.Has("user") {
		user, password = q.Get("user"), q.Get("password")
	}
	options := map[string]string{}
	hostPort, service, ok := strings.Cut(target, "/")
	if parts := strings.Split(hostPort, ":"); !ok && len(parts) == 3 {
		hostPort = parts[0] + ":" + parts[1]
		options["SID"] = parts[2]
	}
	host, portText, _ := strings.Cut(hostPort, ":")
	port, err := strconv.Atoi(portText)
	if err != nil {
		port = 1521
	}
	return go_ora.BuildUrl(host, port, service, user, password, options)
}

// clickHouseConnector reads //host:port/database?user=…&password=… of JDBC,
// which speaks HTTP, or the URL of the driver.
func clickHouseConnector(tail string, jdbc bool) (driver.Connector, error) {
	if !jdbc {
		opts, err := clickhouse.ParseDSN("clickhouse:" + tail)
		if err != nil {
			return nil, badURL(tail, err)
		}
		return clickhouse.Connector(opts), nil
	}
	a, err := parseAddress(strings.TrimPrefix(strings.TrimPrefix(tail, "http:"), "https:"))
	if err != nil {
		return nil, badURL(tail, err)
	}
	if !strings.Contains(a.host, ":") {
		a.host += ":8123"
	}
	return clickhouse.Connector(&clickhouse.Options{
		Protocol: clickhouse.HTTP,
		Addr:     []string{a.host},
		Auth:     clickhouse.Auth{Database: a.database, Username: a.user, Password: a.password},
	}), nil
}
