package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/golsf/golsf/internal/ext"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect/registry"
)

// extensionFlags let a program fire extension points.
type extensionFlags struct {
	Extensions string        `placeholder:"DIR" help:"Extensions that Extensions.fire runs: a folder of manifests."`
	AsyncWait  time.Duration `default:"30s" placeholder:"DURATION" help:"How long asynchronous extensions are waited for at the end."`
}

func (f *extensionFlags) options(c console) (ext.Options, error) {
	o := ext.Options{Wait: f.AsyncWait}
	if f.Extensions == "" {
		return o, nil
	}
	var err error
	o.Folder, err = extensionFolder(c, f.Extensions)
	return o, err
}

// extensionFolder loads a folder; one that does not load is wrong usage.
func extensionFolder(c console, dir string) (*ext.Folder, error) {
	folder, err := ext.Load(dir)
	var bad *ext.LoadError
	switch {
	case errors.As(err, &bad):
		for _, p := range bad.Problems {
			fmt.Fprintf(c.err, "error: %s\n", p)
		}
		return nil, exitError(exitUsage)
	case err != nil:
		return nil, usagef("%v", err)
	}
	for _, p := range folder.Warnings {
		fmt.Fprintf(c.err, "warning: %s\n", p)
	}
	return folder, nil
}

type extCommand struct {
	Run   extRun   `cmd:"" help:"Fire an extension point."`
	List  extList  `cmd:"" help:"Show the manifests of a folder."`
	Check extCheck `cmd:"" help:"Check the manifests of a folder and its scripts, run nothing."`
}

type extRun struct {
	URI       string        `arg:"" help:"The extension point."`
	Files     []string      `arg:"" optional:"" name:"file" help:"Modules of a program that the scripts belong to."`
	Dir       string        `required:"" placeholder:"DIR" help:"The folder of manifests."`
	Param     []string      `short:"p" sep:"none" placeholder:"NAME=VALUE" help:"Data of the point, for every action by name; @path gives a file."`
	JSON      bool          `name:"json" help:"Print the report as JSON; what scripts print goes to stderr."`
	AsyncWait time.Duration `default:"30s" placeholder:"DURATION" help:"How long asynchronous items are waited for at the end."`
	programFlags
}

func (r *extRun) Help() string {
	return "Example: golsf ext run stmobile://action/preorder/preopen --dir extensions -p number=17\n\n" +
		"Prints one line for each item: success, failed, skipped, missing or async, and its URI. Exit code 1 when the point has failed, 2 when the folder does not load."
}

func (r *extRun) Run(ctx context.Context, c console) error {
	params, err := extensionParams(r.Param)
	if err != nil {
		return err
	}
	folder, err := extensionFolder(c, r.Dir)
	if err != nil {
		return err
	}
	srcs, err := sources(r.Files)
	if err != nil {
		return err
	}
	if len(r.Files) == 0 && r.Connectors == "" {
		r.Connectors = registry.Find(r.Dir) // else in the current folder
	}
	report := c.out
	if r.JSON {
		c.out = c.err
	}
	src := sourceText(srcs)
	r.extensions = ext.Options{Folder: folder, Wait: r.AsyncWait, OnError: func(err error) { c.showRunError(err, src) }}
	p, err := r.load(ctx, c, srcs)
	if err != nil {
		return err
	}
	defer p.Close()
	defer p.Extensions.Close(ctx)
	var each func(*ext.Entry)
	if !r.JSON {
		each = func(e *ext.Entry) { fmt.Fprintln(p.Stdout, e.Line()) }
	}
	limited, cancel := r.within(ctx)
	defer cancel()
	rep := p.Extensions.Run(limited, r.URI, params, each)
	p.Extensions.Wait(limited, rep)
	if r.JSON {
		fmt.Fprintf(report, "%s\n", rep.JSON())
	} else {
		for _, e := range rep.Items {
			if text := e.OutcomeLine(); text != "" {
				fmt.Fprintln(c.err, text)
			}
		}
		fmt.Fprintf(p.Stdout, "=> %s\n", rep.Status)
	}
	if rep.Status != ext.StatusSuccess {
		return exitError(exitFailed)
	}
	return nil
}

// extensionParams are the values of -p, which go to every action.
func extensionParams(named []string) ([]ext.Param, error) {
	args, _, err := arguments(nil, named)
	if err != nil {
		return nil, err
	}
	var out []ext.Param
	for _, a := range args {
		for _, b := range out {
			if strings.EqualFold(a.Name, b.Name) {
				return nil, usagef("-p %s is given twice", a.Name)
			}
		}
		out = append(out, extensionParam(a))
	}
	return out, nil
}

func extensionParam(a interp.Argument) ext.Param {
	if a.File != nil {
		return ext.FileParam(a.Name, a.File)
	}
	return ext.TextParam(a.Name, a.Text)
}

type extList struct {
	Dir  string `required:"" placeholder:"DIR" help:"The folder of manifests."`
	JSON bool   `name:"json" help:"As a JSON array."`
}

func (l *extList) Help() string { return "Example: golsf ext list --dir extensions" }

func (l *extList) Run(c console) error {
	folder, err := extensionFolder(c, l.Dir)
	if err != nil {
		return err
	}
	if l.JSON {
		return listJSON(c.out, folder)
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, m := range folder.Manifests {
		fmt.Fprintf(w, "%s\t%s\t%s\n", m.Type, m.URI, m.Runs())
	}
	return w.Flush()
}

func listJSON(w io.Writer, folder *ext.Folder) error {
	type item struct {
		File string   `json:"file"`
		Type ext.Type `json:"type"`
		URI  string   `json:"uri"`
		Runs string   `json:"runs"`
	}
	items := []item{}
	for _, m := range folder.Manifests {
		items = append(items, item{m.File, m.Type, m.URI, m.Runs()})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(items)
}

type extCheck struct {
	Dir   string   `required:"" placeholder:"DIR" help:"The folder of manifests."`
	Files []string `arg:"" optional:"" name:"file" help:"Modules of a program that the scripts belong to."`
	programFlags
}

func (k *extCheck) Help() string {
	return "Example: golsf ext check --dir extensions\n\nExit code 1 when a script has errors or lacks its action, 2 when a manifest is wrong."
}

func (k *extCheck) Run(ctx context.Context, c console) error {
	folder, err := extensionFolder(c, k.Dir)
	if err != nil {
		return err
	}
	srcs, err := sources(k.Files)
	if err != nil {
		return err
	}
	k.extensions = ext.Options{Folder: folder}
	p, err := k.load(ctx, c, srcs)
	if err != nil {
		return err
	}
	defer p.Close()
	defer p.Extensions.Close(ctx)
	problems := p.Extensions.Unbound()
	for _, x := range problems {
		fmt.Fprintln(c.out, x)
	}
	fmt.Fprintf(c.err, "%d manifests, %d errors, %d warnings\n", len(folder.Manifests), len(problems), len(folder.Warnings))
	if len(problems) > 0 {
		return exitError(exitFailed)
	}
	return nil
}
