// Package dbtest starts private database servers for tests from the programs
// installed on the machine. A test that needs one that is not installed is
// skipped by name, and fails where the environment says CI=true.
package dbtest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Server is a running database server, stopped at the end of the test.
type Server struct {
	Host string // host:port
	User string // may do anything, has no password
}

// JDBC is the connection string of a database of the server.
func (s *Server) JDBC(scheme, database string) string {
	return "jdbc:" + scheme + "://" + s.Host + "/" + database + "?user=" + s.User
}

// find looks for a program in PATH and in folders that packages use.
func find(patterns ...string) string {
	for _, p := range patterns {
		if path, err := exec.LookPath(p); err == nil {
			if real, err := filepath.EvalSymlinks(path); err == nil {
				return real
			}
			return path
		}
		if found, _ := filepath.Glob(p); len(found) > 0 {
			sort.Strings(found)
			return found[len(found)-1]
		}
	}
	return ""
}

func missing(tb testing.TB, name string) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatalf("%s is not installed", name)
	}
	tb.Skipf("%s is not installed", name)
}

// runner starts programs, as an unprivileged user when the test runs as root,
// which database servers refuse.
type runner struct {
	dir  string
	cred *syscall.Credential
}

func newRunner(tb testing.TB) *runner {
	tb.Helper()
	dir, err := os.MkdirTemp("", "golsf-db")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	r := &runner{dir: dir}
	if os.Getuid() != 0 {
		return r
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		tb.Skipf("no unprivileged user to run a database server: %v", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		tb.Fatal(err)
	}
	r.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return r
}

func (r *runner) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = r.dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "LC_ALL=C", "TZ=UTC"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: r.cred, Setpgid: true}
	return c
}

// start runs a server until the test ends and waits until ready says so.
func (r *runner) start(tb testing.TB, ready func() bool, stop os.Signal, name string, args ...string) {
	tb.Helper()
	c := r.command(name, args...)
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	if err := c.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	tb.Cleanup(func() {
		c.Process.Signal(stop)
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			c.Process.Kill()
			<-ended
		}
	})
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-ended:
			ended <- err
			tb.Fatalf("%s: %v\n%s", name, err, log.String())
		default:
		}
		if ready() {
			return
		}
	}
	tb.Fatalf("%s does not accept connections", name)
}

func freeHost(tb testing.TB) (host, port string) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return l.Addr().String(), port
}

// Postgres starts a PostgreSQL server with the database postgres.
func Postgres(tb testing.TB) *Server {
	tb.Helper()
	server := find("postgres", "/usr/lib/postgresql/*/bin/postgres", "/usr/pgsql-*/bin/postgres")
	if server == "" {
		missing(tb, "postgres")
	}
	r := newRunner(tb)
	host, port := freeHost(tb)
	data := filepath.Join(r.dir, "data")
	initdb := r.command(filepath.Join(filepath.Dir(server), "initdb"), "-D", data, "-A", "trust", "-U", "golsf", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		tb.Fatalf("initdb: %v\n%s", err, out)
	}
	isReady := filepath.Join(filepath.Dir(server), "pg_isready")
	ready := func() bool { return r.command(isReady, "-q", "-h", "127.0.0.1", "-p", port).Run() == nil }
	r.start(tb, ready, syscall.SIGINT, server, "-D", data, "-h", "127.0.0.1", "-p", port, "-k", r.dir, "-c", "fsync=off", "-c", "timezone=UTC")
	return &Server{Host: host, User: "golsf"}
}

// MariaDB starts a MariaDB server with the database test.
func MariaDB(tb testing.TB) *Server {
	tb.Helper()
	server := find("mariadbd", "/usr/sbin/mariadbd")
	install := find("mariadb-install-db", "mysql_install_db")
	if server == "" || install == "" {
		missing(tb, "mariadbd")
	}
	r := newRunner(tb)
	host, port := freeHost(tb)
	data := filepath.Join(r.dir, "data")
	init := r.command(install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	if out, err := init.CombinedOutput(); err != nil {
		tb.Fatalf("%s: %v\n%s", install, err, out)
	}
	sql := filepath.Join(r.dir, "init.sql")
	const setup = "create database test;\ncreate user golsf@'%' identified by '';\ngrant all on *.* to golsf@'%';\n" // one statement a line
	if err := os.WriteFile(sql, []byte(setup), 0o644); err != nil {
		tb.Fatal(err)
	}
	ready := func() bool {
		conn, err := net.Dial("tcp", host)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	r.start(tb, ready, syscall.SIGTERM, server, "--no-defaults", "--datadir="+data, "--bind-address=127.0.0.1", "--port="+port,
		fmt.Sprintf("--socket=%s/s", r.dir), "--init-file="+sql, "--skip-name-resolve")
	return &Server{Host: host, User: "golsf"}
}
