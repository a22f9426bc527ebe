// Package program is the way into golsf for Go programs that embed it: a
// program of the language with the standard library, the file formats, EXTERNAL
// and the connectors that the embedding program registers.
//
//	reg := registry.New(registry.Options{})
//	err := reg.Register("Clock", clock)
//	p, err := program.Load(ctx, sources, program.Options{Stdout: os.Stdout, Connectors: reg})
//	res, err := p.Call(ctx, interp.Request{Action: "run"})
package program

import (
	"context"
	"io"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect/registry"
)

// Options say what a program gets. The zero value runs in memory, silently.
type Options struct {
	Stdout, Stderr io.Writer
	Include        []string // folders of required modules
	Database       string   // SQLite file of the stored properties; "" keeps them in memory
	// Connectors are called by EXTERNAL CONNECTOR; nil has none. The program
	// closes them.
	Connectors *registry.Registry
}

// Program is a loaded program. It may be used by several goroutines; close it
// when it is no longer needed.
type Program struct {
	loaded *assembly.Program
}

// Load reads and resolves sources and everything they require. An error of the
// text is a diag.List.
func Load(ctx context.Context, sources []interp.Source, o Options) (*Program, error) {
	p, list, err := assembly.Load(ctx, sources, assembly.Config{
		Stdout: o.Stdout, Stderr: o.Stderr, Include: o.Include, Database: o.Database, Connectors: o.Connectors,
	})
	switch {
	case err != nil:
		return nil, err
	case p == nil:
		return nil, list
	}
	return &Program{loaded: p}, nil
}

// Call runs an action or a script and waits for the threads it started. The
// error is an *interp.RunError; the Result is not nil even then.
func (p *Program) Call(ctx context.Context, r interp.Request) (*interp.Result, error) {
	return p.loaded.Instance.Call(ctx, r)
}

// NewSession opens a session that keeps its changes between calls.
func (p *Program) NewSession() *interp.Session { return p.loaded.Instance.NewSession() }

// Close cancels what still runs and releases the database.
func (p *Program) Close() error { return p.loaded.Close() }
