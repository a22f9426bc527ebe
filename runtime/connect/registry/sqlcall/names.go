package sqlcall

import (
	"errors"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var index = regexp.MustCompile(`\$[0-9]+`)

// bindNames writes :name outside of quotes and comments as $N, equal names as
// one. "::" is a cast, and a colon that begins no name stays. A statement has
// no $N of its own, not even in quotes.
func bindNames(sql string) (text string, names []string, err error) {
	if m := index.FindString(sql); m != "" {
		return "", nil, errors.New("a statement binds :name, not " + m)
	}
	var b strings.Builder
	for i := 0; i < len(sql); {
		c := sql[i]
		end := i + 1
		switch {
		case c == '\'' || c == '"' || c == '`':
			end = quoteEnd(sql, i, c)
		case strings.HasPrefix(sql[i:], "--"):
			end = i + indexOr(sql[i:], "\n")
		case strings.HasPrefix(sql[i:], "/*"):
			end = i + indexOr(sql[i:], "*/")
		case strings.HasPrefix(sql[i:], "::"):
			end = i + 2
		case c == ':' && i+1 < len(sql) && isNameStart(sql[i+1]):
			for end < len(sql) && (isNameStart(sql[end]) || isDigit(sql[end])) {
				end++
			}
			name := sql[i+1 : end]
			at := -1
			for k, n := range names {
				if strings.EqualFold(n, name) {
					at = k
				}
			}
			if at < 0 {
				at = len(names)
				names = append(names, name)
			}
			b.WriteString("$" + strconv.Itoa(at+1))
			i = end
			continue
		}
		b.WriteString(sql[i:end])
		i = end
	}
	return b.String(), names, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameStart(c byte) bool { return c == '_' || c >= 0x80 || 'a' <= c|0x20 && c|0x20 <= 'z' }

func quoteEnd(s string, i int, quote byte) int {
	for i++; i < len(s); i++ {
		if s[i] == quote {
			return i + 1
		}
	}
	return len(s)
}

func indexOr(s, sep string) int {
	if i := strings.Index(s, sep); i >= 0 {
		return i + len(sep)
	}
	return len(s)
}

// fileURL lets a relative path of a SQLite file start in a folder.
func fileURL(url, folder string) string {
	for _, prefix := range [...]string{"jdbc:sqlite:", "sqlite:", "sqlite3:"} {
		path, ok := strings.CutPrefix(url, prefix)
		if !ok {
			continue
		}
		path, options, has := strings.Cut(path, "?")
		if path == "" || strings.HasPrefix(path, ":") || strings.HasPrefix(path, "//") || strings.HasPrefix(path, "file:") || filepath.IsAbs(path) {
			return url
		}
		if path = filepath.Join(folder, path); has {
			path += "?" + options
		}
		return prefix + path
	}
	return url
}
