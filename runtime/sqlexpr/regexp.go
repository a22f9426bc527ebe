package sqlexpr

import (
	"strings"
	"sync"
	"time"

	"github.com/dlclark/regexp2"
)

// matchTime bounds one match of a regular expression.
const matchTime = 2 * time.Second

// maxPatterns bounds the patterns kept compiled.
const maxPatterns = 256

// Patterns keeps compiled regular expressions. The zero Patterns is ready; it
// may be shared by goroutines and must not be copied after first use.
type Patterns struct {
	mu   sync.Mutex
	kept map[string]*regexp2.Regexp
}

// patterns is the cache of e, or one for a single use.
func (e *Env) patterns() *Patterns {
	if e == nil {
		return &Patterns{}
	}
	return &e.Patterns
}

// compile translates a pattern of PostgreSQL's advanced regular expressions
// with the flags i, c, n, m, s, x, q.
func (p *Patterns) compile(pattern, flags string) (*regexp2.Regexp, error) {
	key := flags + "/" + pattern
	p.mu.Lock()
	re, ok := p.kept[key]
	p.mu.Unlock()
	if ok {
		return re, nil
	}
	options := regexp2.RegexOptions(regexp2.Singleline)
	lines := false
	text := pattern
	for _, c := range flags {
		switch c {
		case 'i':
			options |= regexp2.IgnoreCase
		case 'c':
			options &^= regexp2.IgnoreCase
		case 'n', 'm':
			options = options&^regexp2.Singleline | regexp2.Multiline
			lines = true
		case 'x':
			options |= regexp2.IgnorePatternWhitespace
		case 'q':
			text = regexp2.Escape(text)
		case 's', 'g', 't', 'b', 'e', 'p', 'w':
		default:
			return nil, errorf("the flag '%c' of a regular expression is not known", c)
		}
	}
	re, err := regexp2.Compile(translatePattern(text, lines), options)
	if err != nil {
		return nil, errorf("the regular expression '%s' is malformed: %v", pattern, err)
	}
	re.MatchTimeout = matchTime
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil || len(p.kept) >= maxPatterns {
		p.kept = map[string]*regexp2.Regexp{}
	}
	p.kept[key] = re
	return re, nil
}

// classNames are the named classes of [[:name:]] as parts of a set.
func className(name string) (string, bool) {
	switch name {
	case "alpha":
		return `\p{L}`, true
	case "digit":
		return `0-9`, true
	case "alnum":
		return `\p{L}\p{Nd}`, true
	case "upper":
		return `\p{Lu}`, true
	case "lower":
		return `\p{Ll}`, true
	case "space":
		return `\s`, true
	case "blank":
		return ` \t`, true
	case "punct":
		return `!-/:-@\[-` + "`" + `{-~\p{P}`, true
	case "xdigit":
		return `0-9A-Fa-f`, true
	case "cntrl":
		return `\x00-\x1f\x7f`, true
	case "print":
		return `\x20-\x7e\u00a0-\uffff`, true
	case "graph":
		return `\x21-\x7e\u00a1-\uffff`, true
	case "word":
		return `\w`, true
	}
	return "", false
}

// translatePattern rewrites what the two kinds of pattern write differently.
func translatePattern(s string, lines bool) string {
	s = strings.TrimPrefix(s, "***:")
	if rest, ok := strings.CutPrefix(s, "***="); ok {
		return regexp2.Escape(rest)
	}
	var b strings.Builder
	inSet := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteString(translateEscape(s[i], inSet))
		case inSet && c == '[':
			name, _, ok := strings.Cut(strings.TrimPrefix(s[i:], "[:"), ":]")
			if strings.HasPrefix(s[i:], "[:") && ok {
				if set, known := className(name); known {
					b.WriteString(set)
					i += len(name) + 3
					continue
				}
			}
			b.WriteString(`\[`)
		case inSet && c == ']':
			inSet = false
			b.WriteByte(c)
		case inSet:
			b.WriteByte(c)
		case c == '[':
			if rest := s[i:]; strings.HasPrefix(rest, "[[:<:]]") || strings.HasPrefix(rest, "[[:>:]]") {
				b.WriteString(`\b`)
				i += len("[[:<:]]") - 1
				continue
			}
			inSet = true
			b.WriteByte(c)
			if i+1 < len(s) && s[i+1] == '^' {
				b.WriteByte('^')
				i++
			}
			if i+1 < len(s) && s[i+1] == ']' { // a first ] is itself
				b.WriteString(`\]`)
				i++
			}
		case c == '$' && !lines:
			b.WriteString(`\z`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func translateEscape(c byte, inSet bool) string {
	if inSet {
		return `\` + string(rune(c))
	}
	switch c {
	case 'y':
		return `\b`
	case 'Y':
		return `\B`
	case 'm':
		return `\b(?=\w)`
	case 'M':
		return `\b(?<=\w)`
	case 'Z':
		return `\z`
	}
	if c >= 0x80 {
		return string([]byte{c}) // a letter outside ASCII is itself
	}
	return `\` + string(rune(c))
}

func slow(err error) error {
	return errorf("a regular expression took too long: %v", err)
}

// matches reports whether the pattern occurs in s.
func (p *Patterns) matches(s, pattern, flags string) (bool, error) {
	re, err := p.compile(pattern, flags)
	if err != nil {
		return false, err
	}
	ok, err := re.MatchString(s)
	if err != nil {
		return false, slow(err)
	}
	return ok, nil
}

// find gives the first match with its groups; nil when there is none.
func (p *Patterns) find(s, pattern, flags string) (*regexp2.Match, error) {
	re, err := p.compile(pattern, flags)
	if err != nil {
		return nil, err
	}
	m, err := re.FindStringMatch(s)
	if err != nil {
		return nil, slow(err)
	}
	return m, nil
}

// replace puts replacement, where \1 … \9 and \& stand for groups, in the
// place of the first match, or of all with the flag g.
func (p *Patterns) replace(s, pattern, replacement, flags string) (string, error) {
	re, err := p.compile(pattern, strings.ReplaceAll(flags, "g", ""))
	if err != nil {
		return "", err
	}
	count := 1
	if strings.Contains(flags, "g") {
		count = -1
	}
	out, err := re.ReplaceFunc(s, func(m regexp2.Match) string {
		return expand(replacement, &m)
	}, -1, count)
	if err != nil {
		return "", slow(err)
	}
	return out, nil
}

func expand(replacement string, m *regexp2.Match) string {
	if strings.IndexByte(replacement, '\\') < 0 {
		return replacement
	}
	var b strings.Builder
	for i := 0; i < len(replacement); i++ {
		c := replacement[i]
		if c != '\\' || i+1 == len(replacement) {
			b.WriteByte(c)
			continue
		}
		i++
		switch c = replacement[i]; {
		case c == '&':
			b.WriteString(m.String())
		case c >= '1' && c <= '9':
			if g := m.GroupByNumber(int(c - '0')); g != nil {
				b.WriteString(g.String())
			}
		case c == '\\':
			b.WriteByte(c)
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String()
}
