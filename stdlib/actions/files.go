package actions

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/value"
)

// listFiles (path, recursive): names go to Utils.fileName[INTEGER], with
// fileIsDirectory, fileModifiedDateTime and fileSize.
func listFiles(ctx context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	root := path(args, 0)
	recursive := !arg(args, 1).IsNull()
	for _, p := range []string{"fileName", "fileIsDirectory", "fileModifiedDateTime", "fileSize"} {
		h.Clear("Utils." + p)
	}
	type entry struct {
		name string
		info fs.FileInfo
	}
	var list []entry
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if p == root {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		list = append(list, entry{filepath.ToSlash(name), info})
		if d.IsDir() && !recursive {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return none, fileError(err)
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for i, e := range list {
		key := value.Int(int32(i))
		size := value.Value{}
		if !e.info.IsDir() {
			size = value.Int64(e.info.Size())
		}
		err := errors.Join(
			h.Set("Utils.fileName", value.String(e.name), key),
			h.Set("Utils.fileIsDirectory", value.Bool(e.info.IsDir()), key),
			h.Set("Utils.fileModifiedDateTime", value.DateTimeOf(e.info.ModTime()), key),
			h.Set("Utils.fileSize", size, key),
		)
		if err != nil {
			return none, err
		}
	}
	return none, nil
}

func fileExists(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	_, err := os.Stat(path(args, 0))
	return none, h.Set("Utils.fileExists", value.Bool(err == nil))
}

func appendToFile(_ context.Context, _ *interp.Host, args []value.Value) (value.Value, error) {
	b, err := encode(text(args, 1), text(args, 2))
	if err != nil {
		return none, err
	}
	f, err := os.OpenFile(path(args, 0), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return none, fileError(err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err != nil {
		return none, fileError(err)
	}
	return none, nil
}

func mkdir(_ context.Context, _ *interp.Host, args []value.Value) (value.Value, error) {
	if err := os.MkdirAll(path(args, 0), 0o755); err != nil {
		return none, fileError(err)
	}
	return none, nil
}

func remove(_ context.Context, _ *interp.Host, args []value.Value) (value.Value, error) {
	p := path(args, 0)
	if _, err := os.Lstat(p); err != nil {
		return none, fileError(err)
	}
	if err := os.RemoveAll(p); err != nil {
		return none, fileError(err)
	}
	return none, nil
}

func copyPath(_ context.Context, _ *interp.Host, args []value.Value) (value.Value, error) {
	from, to := path(args, 0), path(args, 1)
	info, err := os.Stat(from)
	if err == nil {
		if info.IsDir() {
			err = os.CopyFS(to, os.DirFS(from))
		} else {
			err = copyFile(from, to)
		}
	}
	if err != nil {
		return none, fileError(err)
	}
	return none, nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}

func move(_ context.Context, _ *interp.Host, args []value.Value) (value.Value, error) {
	from, to := path(args, 0), path(args, 1)
	err := os.Rename(from, to)
	if err != nil {
		// Another file system: copy, then delete.
		if err = copyFile(from, to); err == nil {
			err = os.Remove(from)
		}
	}
	if err != nil {
		return none, fileError(err)
	}
	return none, nil
}

func getFileSize(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	f := arg(args, 0).File()
	if f == nil {
		return none, h.Set("Utils.fileSize", none)
	}
	return none, h.Set("Utils.fileSize", value.Int64(int64(len(f.Bytes))))
}

// makeZipFile packs Utils.zipping[name], with a file's extension added where
// the name has none, into Utils.zipped.
func makeZipFile(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	modified := h.Now()
	if !arg(args, 0).IsNull() {
		modified = time.Unix(0, 0)
	}
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	var failed error
	h.Rows("Utils.zipping", func(keys []value.Value, v value.Value) bool {
		f := v.File()
		if f == nil {
			return true
		}
		name := value.TextOf(keys[0])
		if p := h.Get("Utils.zippingPath", keys[0]); !p.IsNull() {
			name = value.TextOf(p)
		}
		if f.Ext != "" && filepath.Ext(name) == "" {
			name += "." + f.Ext
		}
		var e io.Writer
		e, failed = w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: modified})
		if failed == nil {
			_, failed = e.Write(f.Bytes)
		}
		return failed == nil
	})
	if err := errors.Join(failed, w.Close()); err != nil {
		return none, fileError(err)
	}
	file := value.FileOf(value.NameFile, &value.FileData{Bytes: buf.Bytes(), Ext: "zip"})
	return none, h.Set("Utils.zipped", file)
}

// maxUnpacked bounds what an archive may unpack to.
const maxUnpacked = 1 << 30

// makeUnzipFile unpacks Utils.unzipping into Utils.unzipped[name]; folders of
// names are dropped, as recorded.
func makeUnzipFile(_ context.Context, h *interp.Host, _ []value.Value) (value.Value, error) {
	h.Clear("Utils.unzipped")
	f := h.Get("Utils.unzipping").File()
	if f == nil {
		return none, nil
	}
	r, err := zip.NewReader(bytes.NewReader(f.Bytes), int64(len(f.Bytes)))
	if err != nil {
		return none, value.Errorf(CodeArchive, "the file is no ZIP archive: %s", err)
	}
	left := int64(maxUnpacked)
	for _, e := range r.File {
		if e.FileInfo().IsDir() {
			continue
		}
		rc, err := e.Open()
		if err != nil {
			return none, value.Errorf(CodeArchive, "'%s' cannot be unpacked: %s", e.Name, err)
		}
		data, err := io.ReadAll(io.LimitReader(rc, left+1))
		if err = errors.Join(err, rc.Close()); err != nil {
			return none, value.Errorf(CodeArchive, "'%s' cannot be unpacked: %s", e.Name, err)
		}
		if left -= int64(len(data)); left < 0 {
			return none, value.Errorf(CodeArchive, "the archive unpacks to more than %d bytes", maxUnpacked)
		}
		name := e.Name[strings.LastIndexAny(e.Name, `/\`)+1:]
		ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
		v := value.FileOf(value.NameFile, &value.FileData{Bytes: data, Ext: ext})
		if err := h.Set("Utils.unzipped", v, value.String(name)); err != nil {
			return none, err
		}
	}
	return none, nil
}

// cmd starts a program by the shell: (command, directory, isClient, wait). What
// it writes goes to Utils.cmdOut and Utils.cmdErr.
func (t *Table) cmd(ctx context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	if !t.config.Command {
		return none, value.Errorf(CodeDisabled, "cmd is off: it starts programs on this machine")
	}
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	c := exec.CommandContext(ctx, shell, flag, text(args, 0))
	c.Dir = text(args, 1)
	if arg(args, 3).IsNull() {
		if err := c.Start(); err != nil {
			return none, fileError(err)
		}
		go func() { _ = c.Wait() }()
		return none, nil
	}
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return none, fileError(err)
	}
	return none, errors.Join(h.Set("Utils.cmdOut", value.String(out.String())), h.Set("Utils.cmdErr", value.String(errs.String())))
}
