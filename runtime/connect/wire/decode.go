package wire

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// maxNesting bounds multiparts inside multiparts.
const maxNesting = 16

// Item is one value found in a body: a file with its bytes, or a text of a
// urlencoded body.
type Item struct {
	// Name is the name of a form-data part or urlencoded pair; BodyName for
	// everything else.
	Name string
	// URLEncoded tells that Text holds the value, else Bytes does.
	URLEncoded bool
	Text       string
	// NoValue marks a urlencoded name without "=".
	NoValue bool

	Bytes    []byte
	FileName string // without extension, "" when none was sent
	Ext      string // "null" for application/null
	Charset  string
	Type     string // content type without parameters, "" when it has none
}

// BodyName is the name of items that have none of their own.
const BodyName = "body"

// Head is what is known of a body besides its bytes.
type Head struct {
	ContentType string // header value, "" when it has none
	Disposition string // header value, "" when it has none
	// URLName is the file name taken when Disposition names none: the last
	// segment of the request's path on the client, "" on the server.
	URLName string
}

// Decode splits a body into items: each part of a multipart, each pair of a
// urlencoded body, else the body itself. Neither a content type nor bytes give
// no item. Source: Access_from_an_external_system.
func Decode(head Head, body []byte) ([]Item, error) {
	return decode(head, BodyName, body, 0)
}

func decode(head Head, name string, body []byte, depth int) ([]Item, error) {
	if depth > maxNesting {
		return nil, value.Errorf(connect.CodeAnswer, "multipart bodies are nested more than %d deep", maxNesting)
	}
	t := ParseContentType(head.ContentType)
	switch {
	case t.FormData():
		return decodeFormData(t, body, depth)
	case t.Multipart():
		return decodeMixed(t, head, name, body, depth)
	case t.URLEncoded():
		return decodePairs(string(body), t.Charset())
	case head.ContentType == "" && len(body) == 0:
		return nil, nil
	}
	item := Item{Name: name, Bytes: body, Charset: t.Charset(), Ext: "file", Type: t.Type}
	fileName, hasName := DispositionFileName(head.Disposition)
	if !hasName && head.Disposition != "" {
		fileName, hasName = head.URLName, head.URLName != ""
	}
	ext := ""
	if hasName {
		item.FileName, ext = SplitName(fileName)
	}
	if ext == "" {
		ext = ExtOfType(t.Type)
	}
	if ext != "" {
		item.Ext = ext
	}
	return []Item{item}, nil
}

// DispositionFileName is the file name in a Content-Disposition; one without a
// disposition type in front is read too.
func DispositionFileName(header string) (string, bool) {
	params := dispositionParams(header)
	name, ok := params["filename"]
	return name, ok
}

func dispositionParams(header string) map[string]string {
	if header == "" {
		return nil
	}
	kind, params, err := mime.ParseMediaType(header)
	if err != nil || strings.Contains(kind, "=") {
		_, params, err = mime.ParseMediaType("attachment; " + header)
	}
	if err != nil {
		return nil
	}
	return params
}

func badMultipart(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return value.Errorf(connect.CodeAnswer, "the multipart body ends before its closing boundary")
	}
	return value.Errorf(connect.CodeAnswer, "the multipart body cannot be read: %s", err.Error())
}

// eachPart calls f with the headers and decoded bytes of every part.
func eachPart(body []byte, boundary string, decodeTransfer bool, f func(h textproto.MIMEHeader, b []byte) error) error {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return badMultipart(err)
		}
		var src io.Reader = p
		if decodeTransfer {
			switch strings.ToLower(strings.TrimSpace(p.Header.Get("Content-Transfer-Encoding"))) {
			case "base64":
				src = base64.NewDecoder(base64.StdEncoding, p)
			case "quoted-printable":
				src = quotedprintable.NewReader(p)
			}
		}
		b, err := io.ReadAll(src)
		if err != nil {
			return badMultipart(err)
		}
		if err := f(p.Header, b); err != nil {
			return err
		}
	}
}

func decodeFormData(t ContentType, body []byte, depth int) (items []Item, err error) {
	boundary := t.Param("boundary")
	if boundary == "" {
		return nil, value.Errorf(connect.CodeAnswer, "the multipart/form-data body has no boundary")
	}
	if closedEmpty(body, boundary) {
		return nil, nil
	}
	err = eachPart(body, boundary, false, func(h textproto.MIMEHeader, b []byte) error {
		disposition := h.Get("Content-Disposition")
		name := dispositionParams(disposition)["name"]
		if name == "" {
			name = BodyName
		}
		if _, ok := DispositionFileName(disposition); !ok {
			disposition = ""
		}
		found, err := decode(Head{ContentType: h.Get("Content-Type"), Disposition: disposition}, name, b, depth+1)
		for i := range found {
			if found[i].FileName == "" && !found[i].URLEncoded {
				found[i].FileName = name
			}
		}
		items = append(items, found...)
		return err
	})
	return items, err
}

// decodeMixed reads any other multipart: parts have no names of their own, and
// the boundary is that of the first line that begins with "--".
func decodeMixed(t ContentType, head Head, name string, body []byte, depth int) (items []Item, err error) {
	boundary := firstBoundary(body)
	if boundary == "" {
		boundary = t.Param("boundary")
	}
	if boundary == "" {
		return nil, value.Errorf(connect.CodeAnswer, "the %s body has no boundary", t.Type)
	}
	if own := t.Param("boundary"); own != "" && closedEmpty(body, own) || strings.HasSuffix(boundary, "--") && closedEmpty(body, strings.TrimSuffix(boundary, "--")) {
		return nil, nil
	}
	if outer := dispositionParams(head.Disposition)["name"]; outer != "" {
		name = outer
	}
	err = eachPart(body, boundary, true, func(h textproto.MIMEHeader, b []byte) error {
		inner := Head{ContentType: h.Get("Content-Type"), Disposition: h.Get("Content-Disposition")}
		if inner.ContentType == "" {
			inner.ContentType = "text/plain"
		}
		found, err := decode(inner, name, b, depth+1)
		items = append(items, found...)
		return err
	})
	return items, err
}

// closedEmpty is true of a multipart that has its closing boundary only.
func closedEmpty(body []byte, boundary string) bool {
	return bytes.HasPrefix(bytes.TrimLeft(body, "\r\n"), []byte("--"+boundary+"--"))
}

func firstBoundary(body []byte) string {
	r := bufio.NewScanner(bytes.NewReader(body))
	for r.Scan() {
		if line, ok := strings.CutPrefix(strings.TrimRight(r.Text(), "\r \t"), "--"); ok && line != "" {
			return line
		}
	}
	return ""
}

// decodePairs splits urlencoded text at "&" and ";".
func decodePairs(text, charset string) ([]Item, error) {
	var items []Item
	for pair := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '&' || r == ';' }) {
		item := Item{URLEncoded: true, Charset: charset}
		name, v, ok := strings.Cut(strings.TrimSpace(pair), "=")
		item.NoValue = !ok
		var err error
		if item.Name, err = DecodeForm(strings.TrimSpace(name), charset); err != nil {
			return nil, err
		}
		if item.Text, err = DecodeForm(strings.TrimSpace(v), charset); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// DecodeQuery splits the query of an URL into items as a urlencoded body in
// UTF-8 is split.
func DecodeQuery(query string) ([]Item, error) { return decodePairs(query, UTF8) }

// Value converts an item to class c. Texts of every class are read as
// value.ParseText does, an empty one is NULL; file classes keep the bytes, FILE
// the extension and NAMEDFILE the name too; application/null is NULL. An item
// that c cannot hold is an *Error.
func (it Item) Value(c value.Class) (value.Value, error) {
	if c.IsFile() {
		return it.file(c)
	}
	text := it.Text
	if !it.URLEncoded {
		if it.Ext == "null" && len(it.Bytes) == 0 {
			return value.Value{}, nil
		}
		var err error
		if text, err = DecodeText(it.Bytes, it.Charset); err != nil {
			return value.Value{}, err
		}
	}
	if c.Name == value.NameJSON {
		if strings.TrimSpace(text) == "" {
			return value.Value{}, nil
		}
		normal, err := value.NormalizeJSON(text)
		if err != nil {
			return value.Value{}, err
		}
		return value.JSONText(c.Name, normal), nil
	}
	return value.ParseText(text, c)
}

func (it Item) file(c value.Class) (value.Value, error) {
	f := &value.FileData{Bytes: it.Bytes, Ext: it.Ext, Name: it.FileName}
	if it.URLEncoded {
		b, err := EncodeText(it.Text, it.Charset)
		if err != nil {
			return value.Value{}, err
		}
		f.Bytes, f.Ext = b, "file"
	}
	if f.Ext == "null" {
		return value.Value{}, nil
	}
	switch c.Name {
	case value.NameFile:
		f.Name = ""
	case value.NameNamedFile:
		if f.Name == "" {
			f.Name = "file"
		}
	default:
		f.Ext, f.Name = "", ""
	}
	return value.FileOf(c.Name, f), nil
}
