package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/registry/kinds"
	"github.com/golsf/golsf/runtime/connect/registry/remote"
)

// connectorFlags say where named connectors come from.
type connectorFlags struct {
	Connectors string `placeholder:"PATH" help:"Connectors: a JSON file or a folder of them; else connectors.json or the folder connectors beside the first file."`
	Server     string `placeholder:"URL" help:"Call all connectors on this golsf server; GOLSF_TOKEN is its token."`
	Trace      bool   `help:"Tell on stderr about every call of an outside system: what, how it ended, how long it took."`
}

// trace writes a line for each call, nil without --trace.
func (f *connectorFlags) trace(c console) connect.Trace {
	if !f.Trace {
		return nil
	}
	var mu sync.Mutex
	return func(line string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(c.err, "trace:", line)
	}
}

// registry gives the connectors; one that does not load is wrong usage.
func (f *connectorFlags) registry(c console, folder string, limit int64) (*registry.Registry, error) {
	options := registry.Options{MaxResponse: limit, Log: c.err, Getenv: os.LookupEnv, Trace: f.trace(c)}
	if f.Server != "" {
		if !strings.HasPrefix(f.Server, "http://") && !strings.HasPrefix(f.Server, "https://") {
			return nil, usagef("--server %s: write a URL, http://host:port", f.Server)
		}
		token := os.Getenv("GOLSF_TOKEN")
		r := registry.NewRemote(options, remote.To(f.Server, token, limit))
		r.Secrets().Add(token)
		r.Secrets().AddURL(f.Server)
		return r, nil
	}
	path := cmp.Or(f.Connectors, registry.Find(folder))
	if path == "" {
		return registry.New(options), nil
	}
	r, err := registry.Load(path, kinds.All(), options)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return r, nil
}

// folderOf is where the first file lies.
func folderOf(srcs []interp.Source) string {
	if len(srcs) == 0 {
		return "."
	}
	return filepath.Dir(srcs[0].Name)
}

type connectorsCommand struct {
	List  connectorsList  `cmd:"" help:"Show the configured connectors: id, kind, enabled."`
	Check connectorsCheck `cmd:"" help:"Check the configuration and calls nothing."`
	Call  connectorsCall  `cmd:"" help:"Call a method: ID:[Class.]METHOD."`
}

type connectorsList struct {
	Connectors string `placeholder:"PATH" help:"A JSON file or a folder of them; else connectors.json or the folder connectors here."`
	JSON       bool   `name:"json" help:"As a JSON array."`
}

func (l *connectorsList) Help() string {
	return "Example: golsf connectors list --connectors connectors.json"
}

func (l *connectorsList) Run(c console) error {
	f := connectorFlags{Connectors: l.Connectors}
	r, err := f.registry(c, ".", 0)
	if err != nil {
		return err
	}
	defer r.Close()
	if l.JSON {
		var items []registry.Value
		for _, e := range r.List() {
			items = append(items, registry.RowOf(
				registry.Field{Name: "id", Value: registry.TextOf(e.ID)},
				registry.Field{Name: "kind", Value: registry.TextOf(e.Kind)},
				registry.Field{Name: "enabled", Value: registry.BoolOf(e.Enabled)},
			))
		}
		fmt.Fprintf(c.out, "%s\n", registry.RowsOf(items...).JSON())
		return nil
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tKIND\tENABLED")
	for _, e := range r.List() {
		fmt.Fprintf(w, "%s\t%s\t%t\n", e.ID, e.Kind, e.Enabled)
	}
	return w.Flush()
}

type connectorsCheck struct {
	Path string `arg:"" optional:"" help:"A JSON file or a folder of them; else connectors.json or the folder connectors here."`
}

func (k *connectorsCheck) Help() string {
	return "Example: golsf connectors check connectors.json\n\nShows every fault of the configuration with its file and field. Exit code 1 when there is one."
}

func (k *connectorsCheck) Run(c console) error {
	path := cmp.Or(k.Path, registry.Find("."))
	if path == "" {
		return usagef("there is no connectors.json and no folder connectors here")
	}
	if _, err := os.Stat(path); err != nil {
		return usagef("%v", err)
	}
	r, err := registry.Load(path, kinds.All(), registry.Options{Getenv: os.LookupEnv})
	if err != nil {
		fmt.Fprintln(c.out, err)
		return exitError(exitFailed)
	}
	defer r.Close()
	fmt.Fprintf(c.err, "%d connectors, no faults\n", len(r.List()))
	return nil
}

type connectorsCall struct {
	Target      string   `arg:"" name:"id:method" help:"ID:METHOD or ID:Class.METHOD."`
	Param       []string `short:"p" sep:"none" placeholder:"NAME=VALUE" help:"An argument; @path gives the bytes of a file."`
	MaxResponse size     `default:"256MiB" placeholder:"SIZE" help:"Largest answer; 0 is no limit."`
	connectorFlags
}

func (k *connectorsCall) Help() string {
	return "Example: golsf connectors call OneC_Connector:Stock.GetRest -p item=1001\n\n" +
		"Prints the value as JSON; an error as its Result document on stderr, with exit code 1."
}

func (k *connectorsCall) Run(ctx context.Context, c console) error {
	id, method, ok := strings.Cut(k.Target, ":")
	if !ok || id == "" || method == "" {
		return usagef("%s: write ID:METHOD or ID:Class.METHOD", k.Target)
	}
	call := &registry.Call{Connector: id}
	call.Class, call.Method = registry.SplitMethod(method)
	args, _, err := arguments(nil, k.Param)
	if err != nil {
		return err
	}
	for _, a := range args {
		v := registry.TextOf(a.Text)
		if a.File != nil {
			v = registry.BytesOf(a.File.Bytes)
		}
		if !utf8.ValidString(a.Text) {
			return usagef("-p %s: the text is not UTF-8", a.Name)
		}
		call.Args = append(call.Args, registry.Arg{Name: a.Name, Value: v})
	}
	r, err := k.registry(c, ".", int64(k.MaxResponse))
	if err != nil {
		return err
	}
	defer r.Close()
	v, failed := r.Invoke(ctx, call)
	if failed != nil {
		fmt.Fprintf(c.err, "%s\n", registry.ResultDocument(registry.Value{}, failed))
		return exitError(exitFailed)
	}
	fmt.Fprintf(c.out, "%s\n", v.JSON())
	return nil
}
