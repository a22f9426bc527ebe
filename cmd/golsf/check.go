package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/internal/render"
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/lang/resolve"
)

type checkCommand struct {
	Paths     []string `arg:"" name:"path" help:"Files and folders with modules."`
	Include   []string `short:"I" placeholder:"DIR" help:"Look for required modules in DIR too."`
	ParseOnly bool     `help:"Only read the text, resolve nothing."`
	JSON      bool     `name:"json" help:"Diagnostics as a JSON array."`
}

func (k *checkCommand) Help() string {
	return "Example: golsf check src/main/lsfusion\n\nEvery error of every file in one run, sorted by place. Exit code 1 when there is an error."
}

func (k *checkCommand) Run(ctx context.Context, c console) error {
	began := time.Now()
	files, err := lsfFiles(k.Paths)
	if err != nil {
		return err
	}
	scripts, list, err := parseAll(ctx, files)
	if err != nil {
		return err
	}
	if !k.ParseOnly {
		r := resolve.New(assembly.Library(k.Include, files))
		_, more := r.Add(scripts)
		list = append(list, more...)
	}
	list.Sort()
	if k.JSON {
		if err := render.JSON(c.out, list); err != nil {
			return err
		}
	} else {
		render.List(c.out, list, sourceText(nil), c.style())
	}
	statements, errors := 0, 0
	for _, s := range scripts {
		statements += len(s.Statements)
	}
	for _, d := range list {
		if d.Severity == diag.Error {
			errors++
		}
	}
	fmt.Fprintf(c.err, "%d files, %d statements, %d errors, %d warnings, %.2f s\n",
		len(files), statements, errors, len(list)-errors, time.Since(began).Seconds())
	if errors > 0 {
		return exitError(exitFailed)
	}
	return nil
}

// lsfFiles lists the files of paths: files as given, folders searched.
func lsfFiles(paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, usagef("%v", err)
		}
		if !info.IsDir() {
			files = append(files, p)
			continue
		}
		err = filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, ".lsf") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// parseAll reads files on all processors; scripts are in the order of files.
func parseAll(ctx context.Context, files []string) ([]*ast.Script, diag.List, error) {
	scripts := make([]*ast.Script, len(files))
	lists := make([]diag.List, len(files))
	failures := make([]error, len(files))
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				text, err := os.ReadFile(files[i])
				if err != nil {
					failures[i] = usagef("%v", err)
					continue
				}
				scripts[i], lists[i] = parse.File(files[i], text)
			}
		})
	}
	for i := range files {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, nil, err
		}
	}
	return scripts, slices.Concat(lists...), ctx.Err()
}
