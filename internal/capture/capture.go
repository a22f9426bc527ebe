// Package capture reads the recorded conversations of EXTERNAL with the outside
// world and plays the other side of them, for tests. A capture is a txtar file:
// a program, the raw bytes of requests and responses in order, and the program's
// output. Raw bytes are written with \r\n, \n and \xNN at the places where they
// stand.
package capture

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
)

//go:embed testdata
var files embed.FS

// Capture is one recorded conversation.
type Capture struct {
	Name      string
	Head      string // what is asked; a line "golsf differs: …" says what else is expected
	Exchanges []Exchange
	Sections  map[string]string // all sections as written
	Silent    bool              // an empty response is a silence, not an end
}

// Exchange is a request and its answer, as raw bytes with HOST in place of the
// other side's address.
type Exchange struct{ Request, Response []byte }

// Names lists the captures of a group: http, sql, lsf.
func Names(group string) []string {
	entries, _ := fs.ReadDir(files, path.Join("testdata", group))
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".txtar"))
	}
	sort.Strings(names)
	return names
}

// Load reads a capture of a group.
func Load(group, name string) (*Capture, error) {
	data, err := files.ReadFile(path.Join("testdata", group, name+".txtar"))
	if err != nil {
		return nil, err
	}
	ar := txtar.Parse(data)
	c := &Capture{Name: name, Head: string(ar.Comment), Sections: make(map[string]string)}
	for _, f := range ar.Files {
		c.Sections[f.Name] = string(f.Data)
	}
	for i := 1; ; i++ {
		suffix := ""
		if i > 1 {
			suffix = "-" + strconv.Itoa(i)
		}
		req, ok := c.Sections["request"+suffix]
		if !ok {
			return c, nil
		}
		var e Exchange
		if e.Request, err = unescape(req); err == nil {
			e.Response, err = unescape(c.Sections["response"+suffix])
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c.Exchanges = append(c.Exchanges, e)
	}
}

// Differs is the text behind "golsf differs:", "" when there is none.
func (c *Capture) Differs() string {
	for line := range strings.Lines(c.Head) {
		if rest, ok := strings.CutPrefix(line, "golsf differs: "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// unescape reads raw bytes: a line ends with \r\n or \n or, without either, at
// the end of the data.
func unescape(text string) ([]byte, error) {
	var out []byte
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, line := range lines {
		for i := 0; i < len(line); i++ {
			if line[i] != '\\' {
				out = append(out, line[i])
				continue
			}
			if i++; i == len(line) {
				return nil, fmt.Errorf("a line ends in a backslash: %q", line)
			}
			switch line[i] {
			case 'r':
				out = append(out, '\r')
			case 'n':
				out = append(out, '\n')
			case 't':
				out = append(out, '\t')
			case '\\':
				out = append(out, '\\')
			case 'x':
				if i+2 >= len(line) {
					return nil, fmt.Errorf("cut off \\x in %q", line)
				}
				n, err := strconv.ParseUint(line[i+1:i+3], 16, 8)
				if err != nil {
					return nil, err
				}
				out = append(out, byte(n))
				i += 2
			default:
				return nil, fmt.Errorf("unknown escape in %q", line)
			}
		}
	}
	return out, nil
}

// Normalize writes a request so that requests which differ only in what no
// program can rely on are equal: headers sorted, without Accept-Encoding,
// Connection and User-Agent, a generated boundary as BOUNDARY, host as HOST.
func Normalize(raw []byte, host string) string {
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	lines := strings.Split(string(head), "\r\n")
	first, headers := lines[0], lines[1:]
	boundary := ""
	var kept []string
	for _, h := range headers {
		name, v, _ := strings.Cut(h, ":")
		switch strings.ToLower(name) {
		case "accept-encoding", "connection", "user-agent":
			continue
		case "content-type":
			if _, b, ok := strings.Cut(v, "boundary="); ok {
				boundary, _, _ = strings.Cut(b, ";")
			}
		}
		kept = append(kept, h)
	}
	generated := len(boundary) >= 30 || boundary == "BOUNDARY"
	for i, h := range kept {
		if generated && strings.HasPrefix(h, "Content-Length:") {
			kept[i] = "Content-Length: LENGTH"
		}
	}
	sort.Strings(kept)
	text := first + "\n" + strings.Join(kept, "\n") + "\n\n" + string(body)
	if generated {
		text = strings.ReplaceAll(text, boundary, "BOUNDARY")
	}
	if host != "" {
		text = strings.ReplaceAll(text, host, "HOST")
	}
	return text
}
