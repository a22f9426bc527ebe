// Package execcall is the connector kind exec: a child process gets the Call
// document on its standard input and writes a Result document to its standard
// output, both with "protocol": 1.
package execcall

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/process"
	"github.com/golsf/golsf/runtime/connect/registry"
)

// maxChildren bounds the child processes of one connector at the same time.
const maxChildren = 16

// defaultLimit bounds the output when no other limit is set.
const defaultLimit = 256 << 20

// protocol is the number in both documents.
const protocol = 1

type connector struct {
	id      string
	command []string
	env     []string
	folder  string
	limit   int64
	log     io.Writer
	secrets *connect.Secrets
	slots   chan struct{}
}

// New reads the settings: command, an array that is run without a shell, and
// env, the variables that the child gets besides PATH, HOME, LANG and TZ.
func New(s *registry.Settings) (registry.Connector, error) {
	c := &connector{
		id: s.ID, command: s.Texts("command"), folder: s.Folder,
		limit: s.Options().MaxResponse, log: s.Options().Log, secrets: s.Secrets(), slots: make(chan struct{}, maxChildren),
	}
	for _, p := range s.Pairs("env") {
		c.env = append(c.env, p.Name+"="+p.Value)
	}
	if len(c.command) == 0 || c.command[0] == "" {
		s.Fault("command", "missing or empty: write an array of the program and its arguments")
	}
	if c.limit <= 0 {
		c.limit = defaultLimit
	}
	return c, s.Done()
}

// Invoke runs one child process. It and its children are killed when ctx ends.
func (x *connector) Invoke(ctx context.Context, c *registry.Call) (registry.Value, error) {
	select {
	case x.slots <- struct{}{}:
		defer func() { <-x.slots }()
	case <-ctx.Done():
		return registry.Value{}, ctx.Err()
	}
	var out bytes.Buffer
	stderr := &lines{write: x.logLine}
	err := process.Run(ctx, process.Command{
		Args: x.command, Dir: x.folder, Env: x.env, MaxOutput: x.limit,
		Stdin: bytes.NewReader(append(c.ProtocolDocument(), '\n')), Stdout: &out, Stderr: stderr,
	})
	stderr.end()
	switch {
	case errors.Is(err, process.ErrTooLarge):
		return registry.Value{}, registry.Errorf(registry.CodeResult, "the output is larger than %d bytes", x.limit)
	case ctx.Err() != nil:
		return registry.Value{}, context.Cause(ctx)
	case err != nil:
		failed := registry.Errorf(registry.CodeExternal, "the program has failed: %s", err)
		failed.Details = registry.RowOf(registry.Field{Name: "stderr", Value: registry.TextOf(stderr.tail())}).JSON()
		return registry.Value{}, failed
	}
	v, failed := registry.ParseResult(out.Bytes(), protocol)
	if failed != nil {
		return registry.Value{}, failed
	}
	return v, nil
}

func (x *connector) logLine(line string) {
	if x.log != nil {
		fmt.Fprintf(x.log, "golsf: connector %s: %s\n", x.id, x.secrets.Redact(line))
	}
}

// lines hands over output line by line and remembers the last ones.
type lines struct {
	write func(string)

	mu   sync.Mutex
	part []byte
	last []string
}

// keptLines and maxLine bound what is remembered of stderr.
const (
	keptLines = 20
	maxLine   = 1000
)

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part = append(l.part, p...)
	for {
		advance, line, _ := bufio.ScanLines(l.part, false)
		if advance == 0 && len(l.part) < maxLine {
			return len(p), nil
		}
		if advance == 0 {
			advance, line = len(l.part), l.part
		}
		l.take(string(line))
		l.part = append(l.part[:0], l.part[advance:]...)
	}
}

func (l *lines) take(line string) {
	if len(line) > maxLine {
		line = line[:maxLine]
	}
	line = strings.ToValidUTF8(line, "�")
	l.write(line)
	if l.last = append(l.last, line); len(l.last) > keptLines {
		l.last = l.last[1:]
	}
}

func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.part) > 0 {
		l.take(string(l.part))
		l.part = nil
	}
}

func (l *lines) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.last, "\n")
}
