package files

import (
	"archive/zip"
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// ZipEntry is a file of an archive. Name may hold folders, with "/".
type ZipEntry struct {
	Name  string
	Bytes []byte
}

// Zip packs entries in their order. modified is their time; the zero time makes
// archives of equal entries equal.
func Zip(entries []ZipEntry, modified time.Time) ([]byte, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.Name, Method: zip.Deflate, Modified: modified})
		if err == nil {
			_, err = f.Write(e.Bytes)
		}
		if err != nil {
			return nil, failed("%s cannot be packed: %s", e.Name, err.Error())
		}
	}
	if err := w.Close(); err != nil {
		return nil, failed("the archive cannot be written: %s", err.Error())
	}
	return buf.Bytes(), nil
}

// Unzip unpacks the files of a zip archive in its order. Folders are dropped
// from names; a name met again gets "_1", "_2" … before its extension. Entries
// that would lie outside the archive's own folder are left out, as folders are.
// limit bounds the bytes unpacked in all, 0 is no bound.
func Unzip(data []byte, limit int64) ([]ZipEntry, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, failed("the archive cannot be read: %s", err.Error())
	}
	var out []ZipEntry
	taken := make(map[string]bool)
	total := int64(0)
	for _, f := range r.File {
		name := f.Name
		if f.NonUTF8 {
			if s, err := charmap.CodePage866.NewDecoder().String(name); err == nil {
				name = s
			}
		}
		name = strings.ReplaceAll(name, `\`, "/")
		if strings.HasSuffix(name, "/") || outside(name) {
			continue
		}
		src, err := f.Open()
		if err != nil {
			return nil, failed("%s cannot be unpacked: %s", name, err.Error())
		}
		var in io.Reader = src
		if limit > 0 {
			in = io.LimitReader(src, limit-total+1)
		}
		b, err := io.ReadAll(in)
		src.Close()
		if err != nil {
			return nil, failed("%s cannot be unpacked: %s", name, err.Error())
		}
		if total += int64(len(b)); limit > 0 && total > limit {
			return nil, value.Errorf(connect.CodeTooLarge, "the archive is larger than the limit of %d bytes when unpacked", limit)
		}
		base := name[strings.LastIndexByte(name, '/')+1:]
		base = freeName(base, taken)
		taken[base] = true
		out = append(out, ZipEntry{Name: base, Bytes: b})
	}
	return out, nil
}

func outside(name string) bool {
	depth := 0
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "..":
			depth--
		case "", ".":
		default:
			depth++
		}
		if depth < 0 {
			return true
		}
	}
	return false
}

func freeName(base string, taken map[string]bool) string {
	name, ext := wire.SplitName(base)
	for n := 1; taken[base]; n++ {
		base = name + "_" + strconv.Itoa(n)
		if ext != "" {
			base += "." + ext
		}
	}
	return base
}
