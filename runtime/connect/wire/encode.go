package wire

import (
	"crypto/rand"
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// Part is one value of a body.
type Part struct {
	Value value.Value
	Class value.Class // static class, which decides how NULL is sent
	// Name is the name of a multipart part and FileName that of a file in it;
	// "" takes param<i>, the name of a NAMEDFILE, file<i>.
	Name, FileName string
	Headers        []connect.Pair // extra headers of a multipart part
}

// Body is an encoded body. Present is false when there is no entity at all.
type Body struct {
	Present bool
	Type    string // Content-Type
	// Disposition is the Content-Disposition of a single named file, "" else.
	Disposition string
	Bytes       []byte
}

// EncodeOptions say how a body is made.
type EncodeOptions struct {
	// Forced is the Content-Type asked for, with an empty Type when none.
	Forced ContentType
	// Named is the type of a multipart body whose parts were given names, and
	// makes one of any number of parts: multipart/form-data for BODYPARAMNAMES.
	Named string
	// FileName is the name of a single file that has none; "" sends no
	// Content-Disposition for it.
	FileName string
}

// Encode makes the body of parts. No parts and no multipart type give no
// entity; one part is the body itself; several are a multipart of the forced
// type or multipart/mixed.
func Encode(parts []Part, opts EncodeOptions) (Body, error) {
	forced := opts.Forced
	if forced.Type == "" && opts.Named != "" {
		forced = ContentType{Type: opts.Named}
		return encodeMultipart(parts, forced, true)
	}
	switch {
	case forced.Type != "" && forced.Multipart():
		return encodeMultipart(parts, forced, false)
	case len(parts) == 0:
		return Body{}, nil
	case len(parts) == 1:
		return encodeSingle(parts[0], opts)
	case forced.Type != "":
		return Body{}, value.Errorf(connect.CodeCall,
			"%d parameters are left for the body, and Content-Type %s can hold only one", len(parts), forced.Type)
	}
	return encodeMultipart(parts, ContentType{Type: "multipart/mixed"}, true)
}

// content gives the bytes and the content type of a value without charset.
func content(p Part, charset string) (b []byte, mediaType string, file bool, err error) {
	ext, file := ExtOf(p.Value)
	switch {
	case p.Value.IsNull():
		if FileClass(p.Class) {
			return nil, "application/null", true, nil
		}
		return nil, "text/plain", false, nil
	case p.Value.Kind() == value.File:
		return p.Value.File().Bytes, TypeOfExt(ext), true, nil
	}
	mediaType = "text/plain"
	if file {
		mediaType = TypeOfExt(ext)
	}
	b, err = EncodeText(value.WireText(p.Value), charset)
	return b, mediaType, file, err
}

func encodeSingle(p Part, opts EncodeOptions) (Body, error) {
	charset := opts.Forced.Charset()
	b, mediaType, file, err := content(p, charset)
	if err != nil {
		return Body{}, err
	}
	body := Body{Present: true, Bytes: b, Type: mediaType + "; charset=" + UTF8}
	if opts.Forced.Type != "" {
		body.Type = opts.Forced.String()
	}
	if name := fileName(p, opts.FileName); file && name != "" && !p.Value.IsNull() {
		ext, _ := ExtOf(p.Value)
		body.Disposition, err = inlineDisposition(name, ext)
	}
	return body, err
}

// fileName is the name a file is sent with: the one given, that of a NAMEDFILE,
// or the default.
func fileName(p Part, def string) string {
	if p.FileName != "" {
		return p.FileName
	}
	if f := p.Value.File(); f != nil && p.Value.ClassName() == value.NameNamedFile && f.Name != "" {
		return f.Name
	}
	return def
}

func inlineDisposition(name, ext string) (string, error) {
	var b strings.Builder
	b.WriteString("inline")
	if printableASCII(name) {
		b.WriteString(`; filename="` + escapeQuoted(name) + `"`)
	}
	full := name
	if ext != "" {
		full += "." + ext
	}
	enc, err := EncodeForm(strings.NewReplacer("/", "", `\`, "").Replace(full), UTF8)
	if err != nil {
		return "", err
	}
	b.WriteString("; filename*=UTF-8''" + enc)
	return b.String(), nil
}

func printableASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func newBoundary() string {
	const letters = "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var b [32]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = letters[int(b[i])&63]
	}
	return string(b[:])
}

// encodeMultipart writes all parts. With withCharset the type names UTF-8, as
// the types that are not forced do.
func encodeMultipart(parts []Part, t ContentType, withCharset bool) (Body, error) {
	boundary, charset := t.Param("boundary"), t.Charset()
	if boundary == "" {
		boundary = newBoundary()
		t.Params = append(t.Params[:len(t.Params):len(t.Params)], connect.Pair{Name: "boundary", Value: boundary})
	}
	if withCharset {
		t.Params = append(t.Params[:len(t.Params):len(t.Params)], connect.Pair{Name: "charset", Value: UTF8})
	}
	var out []byte
	for i, p := range parts {
		b, mediaType, file, err := content(p, charset)
		if err != nil {
			return Body{}, err
		}
		name := p.Name
		if name == "" {
			name = "param" + strconv.Itoa(i)
		}
		disposition := `form-data; name="` + escapeQuoted(name) + `"`
		if file {
			disposition += `; filename="` + escapeQuoted(fileName(p, "file"+strconv.Itoa(i))) + `"`
		}
		headers := []connect.Pair{
			{Name: "Content-Disposition", Value: disposition},
			{Name: "Content-Type", Value: mediaType + "; charset=" + charset},
		}
		out = append(out, "--"+boundary+"\r\n"...)
		for _, h := range partHeaders(headers, p.Headers) {
			if strings.ContainsAny(h.Name+h.Value, "\r\n\x00") {
				return Body{}, value.Errorf(connect.CodeCall, "the header %q of part %s breaks the line", h.Name, name)
			}
			out = append(out, h.Name+": "+h.Value+"\r\n"...)
		}
		out = append(out, "\r\n"...)
		out = append(out, b...)
		out = append(out, "\r\n"...)
	}
	out = append(out, "--"+boundary+"--\r\n"...)
	return Body{Present: true, Type: t.String(), Bytes: out}, nil
}

// partHeaders adds the extra headers; one that names a default header replaces it.
func partHeaders(headers, extra []connect.Pair) []connect.Pair {
	own := len(headers)
next:
	for _, h := range extra {
		for i := range own {
			if strings.EqualFold(headers[i].Name, h.Name) {
				headers[i] = h
				continue next
			}
		}
		headers = append(headers, h)
	}
	return headers
}
