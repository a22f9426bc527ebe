package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/golsf/golsf/internal/render"
	"github.com/golsf/golsf/lang/format"
)

type fmtCommand struct {
	Paths []string `arg:"" name:"path" help:"Files and folders."`
	Write bool     `short:"w" help:"Rewrite the files instead of printing them."`
	List  bool     `short:"l" help:"Only name the files whose layout differs; exit code 1 when there are any."`
}

func (f *fmtCommand) Help() string { return "Example: golsf fmt -w src/main/lsfusion" }

func (f *fmtCommand) Run(c console) error {
	files, err := lsfFiles(f.Paths)
	if err != nil {
		return err
	}
	failed := false
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		out, list := format.Script(file, src)
		if len(list) > 0 {
			render.List(c.err, list, sourceText(nil), c.style())
			failed = true
			continue
		}
		switch {
		case f.List:
			if !bytes.Equal(src, out) {
				fmt.Fprintln(c.out, file)
				failed = true
			}
		case f.Write:
			if bytes.Equal(src, out) {
				continue
			}
			if err := os.WriteFile(file, out, 0o644); err != nil {
				return err
			}
		default:
			if _, err := c.out.Write(out); err != nil {
				return err
			}
		}
	}
	if failed {
		return exitError(exitFailed)
	}
	return nil
}
