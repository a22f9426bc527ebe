package sqlconn

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func texts(stmts []statement) []string {
	var out []string
	for _, s := range stmts {
		var b strings.Builder
		for _, p := range s.pieces {
			if !p.quoted {
				b.WriteString(p.text)
			}
			if p.param > 0 {
				b.WriteString("<" + strconv.Itoa(p.param) + ">")
			}
		}
		out = append(out, strings.TrimSpace(b.String()))
	}
	return out
}

func TestScan(t *testing.T) {
	pg, lite, my := postgresLexis, sqliteLexis, mysqlLexis
	for _, tt := range []struct {
		lex  lexis
		src  string
		want []string
	}{
		{lite, "select 1; select $1 -- $9;\n;; ", []string{"select 1", "select <1> -- $9;"}},
		{lite, "select 'a;''b' as \"x;y\", [z;], `w;` /* ; */;select 2", []string{"select 'a;''b' as \"x;y\", [z;], `w;` /* ; */", "select 2"}},
		{lite, "create trigger t after insert on a begin insert into b values ($1); select case when 1 then 2 end; end; select 3",
			[]string{"create trigger t after insert on a begin insert into b values (<1>); select case when 1 then 2 end; end", "select 3"}},
		{lite, `select 'a\'; select 2`, []string{`select 'a\'`, "select 2"}},
		{my, `select 'a\'; select 2', "b;\"", # no; comment` + "\n1; select 2", []string{`select 'a\'; select 2', "b;\"", # no; comment` + "\n1", "select 2"}},
		{my, "create procedure p() begin select 1; select 2; end; ", []string{"create procedure p() begin select 1; select 2; end;"}},
		{my, "begin; insert into t values ($2); commit", []string{"begin", "insert into t values (<2>)", "commit"}},
		{pg, "do $x$ begin perform ';'; end $x$; select $1::int, '$7', $2", []string{"do $x$ begin perform ';'; end $x$", "select <1>::int, '<7>', <2>"}},
		{pg, `select E'a\'; ', ';' /* a /* ; */ ; */; select 1`, []string{`select E'a\'; ', ';' /* a /* ; */ ; */`, "select 1"}},
		{pg, "select $10, $1", []string{"select <10>, <1>"}},
		{pg, " -- nothing\n ; /* x */", nil},
	} {
		got, err := scan(tt.src, tt.lex, 10)
		if d := cmp.Diff(tt.want, texts(got)); err != nil || d != "" {
			t.Errorf("%s: %v (-want +got)\n%s", tt.src, err, d)
		}
	}
}

func TestScanErrors(t *testing.T) {
	for src, want := range map[string]string{
		"select $3":            "$3 has no parameter: PARAMS has 2",
		"select $0":            "$0 has no parameter",
		"select $999999999999": "has no parameter",
	} {
		if _, err := scan(src, postgresLexis, 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", src, err)
		}
	}
	if got, err := scan("select 'price $5', '$' /* $9 */", sqliteLexis, 2); err != nil || len(got) != 1 {
		t.Errorf("%v %v", got, err)
	}
}

func FuzzScan(f *testing.F) {
	f.Add("select 'a' || $1; -- x\n$$;$$", uint8(2), uint8(3))
	f.Fuzz(func(t *testing.T, src string, count, flags uint8) {
		params := int(count)
		lex := [...]lexis{sqliteLexis, postgresLexis, mysqlLexis, {bracket: true, nested: true, whole: true}}[flags%4]
		stmts, err := scan(src, lex, params)
		if err != nil {
			return
		}
		for _, s := range stmts {
			for _, p := range s.pieces {
				if p.param < 0 || p.param > params {
					t.Errorf("parameter %d of %d in %q", p.param, params, src)
				}
			}
		}
	})
}
