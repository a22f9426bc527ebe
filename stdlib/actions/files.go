package actions

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect/files"
	"github.com/golsf/golsf/runtime/value"
)

// available is the file system, or an error when there is none.
func available(h *interp.Host) (interp.Files, error) {
	if f := h.Files(); f != nil {
		return f, nil
	}
	return nil, value.Errorf(CodeFile, "files are not available here")
}

// withFiles makes an action of a function that only needs the file system.
func withFiles(do func(ctx context.Context, f interp.Files, args []value.Value) error) interp.NativeAction {
	return func(ctx context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
		f, err := available(h)
		if err != nil {
			return none, err
		}
		return none, do(ctx, f, args)
	}
}

// listFiles (path, recursive): names go to Utils.fileName[INTEGER], with
// fileIsDirectory, fileModifiedDateTime and fileSize.
func listFiles(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	f, err := available(h)
	if err != nil {
		return none, err
	}
	list, err := f.List(text(args, 0), !arg(args, 1).IsNull())
	if err != nil {
		return none, err
	}
	for _, p := range []string{"fileName", "fileIsDirectory", "fileModifiedDateTime", "fileSize"} {
		h.Clear("Utils." + p)
	}
	for i, e := range list {
		key := value.Int(int32(i))
		size := value.Value{}
		if !e.IsDir {
			size = value.Int64(e.Size)
		}
		err := errors.Join(
			h.Set("Utils.fileName", value.String(e.Name), key),
			h.Set("Utils.fileIsDirectory", value.Bool(e.IsDir), key),
			h.Set("Utils.fileModifiedDateTime", value.DateTimeOf(e.Modified), key),
			h.Set("Utils.fileSize", size, key),
		)
		if err != nil {
			return none, err
		}
	}
	return none, nil
}

func fileExists(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	f, err := available(h)
	if err != nil {
		return none, err
	}
	there, err := f.Exists(text(args, 0))
	if err != nil {
		return none, err
	}
	return none, h.Set("Utils.fileExists", value.Bool(there))
}

func appendToFile(_ context.Context, f interp.Files, args []value.Value) error {
	return f.AppendText(text(args, 0), text(args, 1), text(args, 2))
}

func mkdir(_ context.Context, f interp.Files, args []value.Value) error {
	return f.Mkdir(text(args, 0))
}

func remove(_ context.Context, f interp.Files, args []value.Value) error {
	return f.Delete(text(args, 0))
}

func copyPath(ctx context.Context, f interp.Files, args []value.Value) error {
	return f.Copy(ctx, text(args, 0), text(args, 1))
}

func move(ctx context.Context, f interp.Files, args []value.Value) error {
	return f.Move(ctx, text(args, 0), text(args, 1))
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
		modified = time.Time{}
	}
	var entries []files.ZipEntry
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
		entries = append(entries, files.ZipEntry{Name: name, Bytes: f.Bytes})
		return true
	})
	data, err := files.Zip(entries, modified)
	if err != nil {
		return none, err
	}
	return none, h.Set("Utils.zipped", value.FileOf(value.NameFile, &value.FileData{Bytes: data, Ext: "zip"}))
}

// maxUnpacked bounds what an archive may unpack to.
const maxUnpacked = 1 << 30

// makeUnzipFile unpacks Utils.unzipping into Utils.unzipped[name].
func makeUnzipFile(_ context.Context, h *interp.Host, _ []value.Value) (value.Value, error) {
	h.Clear("Utils.unzipped")
	f := h.Get("Utils.unzipping").File()
	if f == nil {
		return none, nil
	}
	entries, err := files.Unzip(f.Bytes, maxUnpacked)
	if err != nil {
		return none, err
	}
	for _, e := range entries {
		ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(e.Name), "."))
		v := value.FileOf(value.NameFile, &value.FileData{Bytes: e.Bytes, Ext: ext})
		if err := h.Set("Utils.unzipped", v, value.String(e.Name)); err != nil {
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
			return none, value.Errorf(CodeFile, "the program cannot be started: %s", err)
		}
		go func() { _ = c.Wait() }()
		return none, nil
	}
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return none, value.Errorf(CodeFile, "the program cannot be started: %s", err)
	}
	return none, errors.Join(h.Set("Utils.cmdOut", value.String(out.String())), h.Set("Utils.cmdErr", value.String(errs.String())))
}
