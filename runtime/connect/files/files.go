// Package files does what the language does with files: READ and WRITE, and the
// file actions of module Utils. Paths are local ones, with or without "file:" or
// "file://" in front; READ takes http and https URLs too.
//
// Source: READ_operator, WRITE_operator, System_Utils.
package files

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/httpconn"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// System is the files a program sees. The zero value is the process's own. It
// is safe for use by several goroutines; set its fields before.
type System struct {
	// Dir is the folder of relative paths, "" the working directory.
	Dir    string
	Client httpconn.Client
	// MaxRead bounds the bytes that Read takes, 0 is no bound.
	MaxRead int64
}

func failed(format string, args ...any) error { return value.Errorf(connect.CodeFile, format, args...) }

// cause is the reason in an error of package os, without operation and path.
func cause(err error) string {
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		err = pe.Err
	case errors.As(err, &le):
		err = le.Err
	}
	return err.Error()
}

// split takes the scheme from a path: "file" when it has none.
func split(path string) (scheme, rest string) {
	for _, s := range []string{"file", "ftp", "ftps", "sftp", "http", "https", "jdbc", "mdb"} {
		if tail, ok := strings.CutPrefix(path, s+":"); ok {
			return s, strings.TrimPrefix(tail, "//")
		}
	}
	return "file", path
}

// local gives the place of a local path; what is used for the message.
func (s *System) local(path, what string) (string, error) {
	scheme, rest := split(path)
	if scheme != "file" {
		return "", failed("%s %s is not supported", what, scheme)
	}
	if rest == "" {
		return "", failed("%s: the path is empty", what)
	}
	if s.Dir != "" && !filepath.IsAbs(rest) {
		return filepath.Join(s.Dir, rest), nil
	}
	return rest, nil
}

// Read reads a local file or an http or https URL, in which user:password@ is
// sent as basic authorization. Name and Ext are those of the path, or of the
// answer's Content-Disposition. A file that does not exist, or an answer outside
// 200..299, is an error.
func (s *System) Read(ctx context.Context, path string) (*value.FileData, error) {
	scheme, _ := split(path)
	if scheme == "http" || scheme == "https" {
		return s.download(ctx, path)
	}
	place, err := s.local(path, "READ")
	if err != nil {
		return nil, err
	}
	f, err := os.Open(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, failed("Read Error. File not found: %s", path)
	}
	if err != nil {
		return nil, failed("%s cannot be read: %s", path, cause(err))
	}
	defer f.Close()
	var src io.Reader = f
	if s.MaxRead > 0 {
		src = io.LimitReader(f, s.MaxRead+1)
	}
	b, err := io.ReadAll(src)
	if err != nil {
		return nil, failed("%s cannot be read: %s", path, cause(err))
	}
	if s.MaxRead > 0 && int64(len(b)) > s.MaxRead {
		return nil, value.Errorf(connect.CodeTooLarge, "%s is larger than the limit of %d bytes", path, s.MaxRead)
	}
	return named(b, filepath.ToSlash(place)), nil
}

func named(b []byte, path string) *value.FileData {
	name, ext := wire.SplitName(path)
	return &value.FileData{Bytes: b, Name: name, Ext: strings.ToLower(ext)}
}

func (s *System) download(ctx context.Context, path string) (*value.FileData, error) {
	secrets := &connect.Secrets{}
	secrets.AddURL(path)
	f, err := s.get(ctx, path, secrets)
	return f, httpconn.Redact(err, secrets)
}

func (s *System) get(ctx context.Context, path string, secrets *connect.Secrets) (*value.FileData, error) {
	req := &httpconn.Request{Method: "GET", URL: path, MaxResponse: s.MaxRead,
		Headers: []connect.Pair{{Name: "Accept", Value: "text/html, image/gif, image/jpeg, */*; q=0.2"}}}
	scheme, rest, _ := strings.Cut(path, "://")
	authority, _, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user := authority[:i]
		auth := "Basic " + base64.StdEncoding.EncodeToString([]byte(user))
		req.Headers = append(req.Headers, connect.Pair{Name: "Authorization", Value: auth})
		secrets.AddHeaders(req.Headers)
		req.URL = scheme + "://" + rest[i+1:]
	}
	answer, err := s.Client.Do(ctx, req)
	if err != nil {
		return nil, err
	}
	if answer.Status == 404 || answer.Status == 410 {
		return nil, failed("Read Error. File not found: %s", path)
	}
	if answer.Status < 200 || answer.Status > 299 {
		return nil, value.Errorf(connect.CodeStatus, "READ %s: %d %s", path, answer.Status, answer.Reason)
	}
	if name, ok := wire.DispositionFileName(answer.Header("Content-Disposition")); ok {
		return named(answer.Body, name), nil
	}
	u, err := url.Parse(req.URL)
	if err != nil {
		return named(answer.Body, req.URL), nil
	}
	return named(answer.Body, u.Path), nil
}

// Write writes a file or JSON value to a local path and gives the path with the
// extension that was added: none when the path ends in one that is known, or
// short and mostly letters. A path that ends in "/" is a folder, in which the
// file takes its own name. With add, a csv or txt file that exists is continued
// and an xlsx file gets the sheets. NULL writes nothing.
func (s *System) Write(path string, v value.Value, add bool) (string, error) {
	if v.IsNull() {
		return "", nil
	}
	content, ext, name, err := contentOf(v)
	if err != nil {
		return "", err
	}
	place, err := s.local(path, "WRITE")
	if err != nil {
		return "", err
	}
	if strings.HasSuffix(path, "/") {
		place = filepath.Join(place, name+"."+ext)
	} else if ext != "" && !hasExtension(place) {
		place += "." + ext
	}
	if info, err := os.Stat(filepath.Dir(place)); err != nil || !info.IsDir() {
		return "", failed("Path is incorrect or not found: '%s' (resolved to '%s')", path, place)
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if _, err := os.Stat(place); add && err == nil {
		switch ext {
		case "csv", "txt":
			flags = os.O_WRONLY | os.O_APPEND
		case "xlsx":
			old, err := os.ReadFile(place)
			if err != nil {
				return "", failed("%s cannot be read: %s", path, cause(err))
			}
			if content, err = appendSheets(old, content); err != nil {
				return "", err
			}
		default:
			return "", failed("APPEND to an existing file is supported for csv, txt and xlsx, not for %q", ext)
		}
	}
	if err := writeFile(place, flags, content); err != nil {
		return "", failed("%s cannot be written: %s", path, cause(err))
	}
	return place, nil
}

func writeFile(place string, flags int, content []byte) error {
	f, err := os.OpenFile(place, flags, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// contentOf gives bytes, extension and name of a value that can be written.
func contentOf(v value.Value) (content []byte, ext, name string, err error) {
	ext, ok := wire.ExtOf(v)
	switch f := v.File(); {
	case f != nil:
		if name = f.Name; name == "" {
			name = "file"
		}
		return f.Bytes, ext, name, nil
	case ok:
		return []byte(value.TextOf(v)), ext, "file", nil
	}
	return nil, "", "", failed("WRITE takes a file, not a value of class %s", value.ClassOfValue(v))
}

// hasExtension reports whether the last part of a path looks like an extension.
func hasExtension(path string) bool {
	base := filepath.Base(path)
	i := strings.LastIndexByte(base, '.')
	if i < 0 {
		return false
	}
	ext := base[i+1:]
	if wire.KnownExt(ext) {
		return true
	}
	letters, digits := 0, 0
	for _, r := range ext {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		default:
			return false
		}
	}
	return letters+digits < 4 && letters > digits
}

// AppendText adds text in a charset ("" is UTF-8) to a file, which is made if it
// does not exist.
func (s *System) AppendText(path, text, charset string) error {
	place, err := s.local(path, "appendToFile")
	if err != nil {
		return err
	}
	b, err := wire.EncodeText(text, charset)
	if err != nil {
		return err
	}
	if err := writeFile(place, os.O_WRONLY|os.O_APPEND|os.O_CREATE, b); err != nil {
		return failed("%s cannot be written: %s", path, cause(err))
	}
	return nil
}

// Open writes a file into a new temporary folder for a person to look at and
// gives its path (product decision 65). name is without extension, "" is file.
func Open(v value.Value, name string) (string, error) {
	content, ext, own, err := contentOf(v)
	if err != nil {
		return "", err
	}
	if name == "" {
		name = own
	}
	if ext != "" {
		name += "." + ext
	}
	dir, err := os.MkdirTemp("", "golsf")
	if err != nil {
		return "", failed("no temporary folder: %s", cause(err))
	}
	path := filepath.Join(dir, strings.NewReplacer("/", "", `\`, "", "\x00", "").Replace(name))
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", failed("%s cannot be written: %s", path, cause(err))
	}
	return path, nil
}

// Exists reports whether a file or folder is there.
func (s *System) Exists(path string) (bool, error) {
	place, err := s.local(path, "fileExists")
	if err != nil {
		return false, err
	}
	_, err = os.Stat(place)
	return err == nil, nil
}

// Size is the size of a file in bytes.
func (s *System) Size(path string) (int64, error) {
	place, err := s.local(path, "fileSize")
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(place)
	if err != nil {
		return 0, failed("%s: %s", path, cause(err))
	}
	return info.Size(), nil
}

// Mkdir makes a folder with its parents; one that exists is no error.
func (s *System) Mkdir(path string) error {
	place, err := s.local(path, "mkdir")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(place, 0o777); err != nil {
		return failed("Failed to create directory '%s': %s", path, cause(err))
	}
	return nil
}

// Delete removes a file, or a folder with all that is in it.
func (s *System) Delete(path string) error {
	place, err := s.local(path, "delete")
	if err != nil {
		return err
	}
	if filepath.Clean(place) == string(filepath.Separator) {
		return failed("delete: %s is the root of the file system", path)
	}
	info, err := os.Lstat(place)
	if err == nil {
		if info.IsDir() {
			err = os.RemoveAll(place)
		} else {
			err = os.Remove(place)
		}
	}
	if err != nil {
		return failed("%s cannot be deleted: %s", path, cause(err))
	}
	return nil
}

// Copy copies a file; Move renames it, or copies and deletes it. Folders are
// refused. Copy takes http and https sources too.
func (s *System) Copy(ctx context.Context, from, to string) error {
	return s.transfer(ctx, from, to, false)
}

// Move: see Copy.
func (s *System) Move(ctx context.Context, from, to string) error {
	return s.transfer(ctx, from, to, true)
}

func (s *System) transfer(ctx context.Context, from, to string, move bool) error {
	if scheme, _ := split(from); scheme == "http" || scheme == "https" {
		if move {
			return failed("move from %s is not supported", scheme)
		}
		f, err := s.download(ctx, from)
		if err != nil {
			return err
		}
		_, err = s.Write(to, value.FileOf(value.NameNamedFile, f), false)
		return err
	}
	src, err := s.local(from, "copy")
	if err != nil {
		return err
	}
	dst, err := s.local(to, "copy")
	if err != nil {
		return err
	}
	info, err := os.Stat(src)
	if err != nil {
		return failed("Source '%s' does not exist", from)
	}
	if info.IsDir() {
		return failed("Source '%s' is a directory", from)
	}
	if d, err := os.Stat(dst); err == nil && d.IsDir() {
		return failed("Destination '%s' is a directory", to)
	}
	if move && os.Rename(src, dst) == nil {
		return nil
	}
	if err := copyFile(src, dst, info.Mode().Perm()); err != nil {
		return failed("'%s' cannot be copied to '%s': %s", from, to, cause(err))
	}
	if move {
		if err := os.Remove(src); err != nil {
			os.Remove(dst)
			return failed("Failed to delete original file '%s' after copy to '%s'", from, to)
		}
	}
	return nil
}

func copyFile(src, dst string, mode fs.FileMode) error {
	if a, err := os.Stat(src); err == nil {
		if b, err := os.Stat(dst); err == nil && os.SameFile(a, b) {
			return errors.New("they are the same file")
		}
	}
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(dst), 0o777); err != nil {
		return err
	}
	out, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// Entry is a file or folder in a listing. Name is relative to the folder listed.
type Entry struct {
	Name     string
	IsDir    bool
	Modified time.Time
	Size     int64
}

// List gives the entries of a folder by name, with recursive those of the
// folders in it too.
func (s *System) List(path string, recursive bool) ([]Entry, error) {
	place, err := s.local(path, "listFiles")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(place); err != nil {
		return nil, failed("Path '%s' not found", path)
	}
	var out []Entry
	err = filepath.WalkDir(place, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == place {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since the folder was read
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(place, p)
		if err != nil {
			return err
		}
		out = append(out, Entry{Name: rel, IsDir: d.IsDir(), Modified: info.ModTime(), Size: info.Size()})
		if d.IsDir() && !recursive {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return nil, failed("%s cannot be listed: %s", path, cause(err))
	}
	return out, nil
}
