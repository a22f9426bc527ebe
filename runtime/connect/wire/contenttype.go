package wire

import (
	"strings"

	"github.com/golsf/golsf/runtime/connect"
)

// ContentType is a parsed Content-Type. Params keep their order and the case of
// their names.
type ContentType struct {
	Type   string
	Params []connect.Pair
}

// ParseContentType reads a header value leniently: what is no parameter is
// left out.
func ParseContentType(text string) ContentType {
	var c ContentType
	head, rest, _ := strings.Cut(text, ";")
	c.Type = strings.TrimSpace(head)
	for rest != "" {
		var item string
		item, rest = cutParam(rest)
		name, v, ok := strings.Cut(item, "=")
		if name = strings.TrimSpace(name); name == "" || !ok {
			continue
		}
		c.Params = append(c.Params, connect.Pair{Name: name, Value: unquote(strings.TrimSpace(v))})
	}
	return c
}

// cutParam cuts text at the first ";" outside quotes.
func cutParam(text string) (item, rest string) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quoted:
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == ';' && !quoted:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}

func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Param is the value of a parameter, names in any case; "" when it has none.
func (c ContentType) Param(name string) string {
	for _, p := range c.Params {
		if strings.EqualFold(p.Name, name) {
			return p.Value
		}
	}
	return ""
}

// Charset is the charset named, UTF-8 when there is none.
func (c ContentType) Charset() string {
	if s := c.Param("charset"); s != "" {
		return s
	}
	return UTF8
}

// Multipart reports whether the type is multipart of any kind.
func (c ContentType) Multipart() bool {
	return len(c.Type) > 10 && strings.EqualFold(c.Type[:10], "multipart/")
}

// FormData reports whether the type is multipart/form-data.
func (c ContentType) FormData() bool { return strings.EqualFold(c.Type, "multipart/form-data") }

// URLEncoded reports whether the type is application/x-www-form-urlencoded.
func (c ContentType) URLEncoded() bool {
	return strings.EqualFold(c.Type, "application/x-www-form-urlencoded")
}

// String writes the header value, quoting parameters that need it.
func (c ContentType) String() string {
	var b strings.Builder
	b.WriteString(c.Type)
	for _, p := range c.Params {
		b.WriteString("; ")
		b.WriteString(p.Name)
		b.WriteByte('=')
		if p.Value == "" || strings.ContainsAny(p.Value, "()<>@,;:\\\"/[]?= \t") {
			b.WriteByte('"')
			b.WriteString(escapeQuoted(p.Value))
			b.WriteByte('"')
		} else {
			b.WriteString(p.Value)
		}
	}
	return b.String()
}

func escapeQuoted(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
}
