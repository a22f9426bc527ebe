package connect

import (
	"net/url"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

// Mask is written in place of a secret.
const Mask = "***"

// Secrets are texts that must not be shown: passwords in connection strings,
// values of Authorization and of cookies, settings taken from the environment.
type Secrets struct {
	texts []string
}

var (
	userInfo = regexp.MustCompile(`(//[^/@:\s]*):([^/@\s]*)@`)
	password = regexp.MustCompile(`(?i)\b(password|passwd|pwd|sslpassword|access_token|token|secret|api[_-]?key|signature)=([^&;\s"')]*)`)
)

// Add keeps more texts secret; empty ones are ignored.
func (s *Secrets) Add(texts ...string) {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t == "" || s.has(t) {
			continue
		}
		s.texts = append(s.texts, t)
		if enc := url.QueryEscape(t); enc != t {
			s.texts = append(s.texts, enc)
		}
	}
	sort.SliceStable(s.texts, func(i, j int) bool { return len(s.texts[i]) > len(s.texts[j]) })
}

func (s *Secrets) has(t string) bool {
	for _, x := range s.texts {
		if x == t {
			return true
		}
	}
	return false
}

// AddURL keeps the passwords inside a connection string or URL secret.
func (s *Secrets) AddURL(text string) {
	for _, m := range userInfo.FindAllStringSubmatch(text, -1) {
		s.Add(m[2])
		if plain, err := url.PathUnescape(m[2]); err == nil {
			s.Add(plain)
		}
	}
	for _, m := range password.FindAllStringSubmatch(text, -1) {
		s.Add(m[2])
		if plain, err := url.QueryUnescape(m[2]); err == nil {
			s.Add(plain)
		}
	}
}

// AddHeaders keeps the values of Authorization, Proxy-Authorization and of
// cookies secret.
func (s *Secrets) AddHeaders(headers []Pair) {
	for _, h := range headers {
		switch strings.ToLower(h.Name) {
		case "authorization", "proxy-authorization":
			s.Add(h.Value)
			if _, token, ok := strings.Cut(strings.TrimSpace(h.Value), " "); ok {
				s.Add(token)
			}
		case "x-api-key", "api-key":
			s.Add(h.Value)
		case "cookie", "set-cookie":
			s.Add(h.Value)
			for part := range strings.SplitSeq(h.Value, ";") {
				if _, v, ok := strings.Cut(part, "="); ok {
					s.Add(v)
				}
			}
		}
	}
}

// Redact gives text with every secret and every password of an URL in it
// written as Mask. A secret of one or two characters is only masked where it
// stands alone as a word, so that texts stay readable.
func (s *Secrets) Redact(text string) string {
	text = RedactURL(text)
	if s == nil {
		return text
	}
	for _, t := range s.texts {
		if t == Mask {
			continue
		}
		if utf8.RuneCountInString(t) > 2 {
			text = strings.ReplaceAll(text, t, Mask)
		} else if re, err := regexp.Compile(`(^|[^\pL\pN])` + regexp.QuoteMeta(t) + `($|[^\pL\pN])`); err == nil {
			text = re.ReplaceAllString(text, "${1}"+Mask+"${2}")
		}
	}
	return text
}

// RedactURL masks the passwords that an URL or connection string inside text
// shows by its own form.
func RedactURL(text string) string {
	text = userInfo.ReplaceAllString(text, "${1}:"+Mask+"@")
	return password.ReplaceAllString(text, "${1}="+Mask)
}
