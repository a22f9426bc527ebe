package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/golsf/golsf/internal/server"
)

type serveCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"lsFusion files to serve; none serves connectors only."`
	programFlags
	extensionFlags

	Addr      string   `default:"127.0.0.1:7651" placeholder:"HOST:PORT" help:"Address to listen on; port 0 takes a free one."`
	Host      []string `placeholder:"NAME" help:"Further name under which the server is called."`
	CORS      []string `name:"cors" placeholder:"ORIGIN" help:"Let pages of this origin call."`
	Token     string   `env:"GOLSF_TOKEN" placeholder:"TOKEN" help:"Ask for Authorization: Bearer TOKEN; needed off loopback."`
	AllowEval bool     `help:"Answer /eval off loopback too."`
	Secret    string   `env:"GOLSF_SECRET" placeholder:"TEXT" help:"Secret of request signatures; else a random one."`

	MaxBody       size          `default:"64MiB" placeholder:"SIZE" help:"Largest request body (413)."`
	MaxHeader     size          `default:"64KiB" placeholder:"SIZE" help:"Largest request header (431)."`
	MaxConcurrent int           `default:"512" placeholder:"N" help:"Most requests at the same time (503)."`
	MaxSessions   int           `default:"1000" placeholder:"N" help:"Most sessions of session= (503)."`
	SessionIdle   time.Duration `default:"30m" placeholder:"DURATION" help:"A session expires after this time without a call."`
	ReadTimeout   time.Duration `default:"30s" placeholder:"DURATION" help:"Longest time for reading a request body (408)."`
	ShutdownWait  time.Duration `default:"10s" placeholder:"DURATION" help:"How long running calls may go on when the server stops."`
}

// callTimeout is the default of --timeout for one call of a server.
const callTimeout = time.Minute

// BeforeApply sets the default of --timeout, which is none for other verbs.
func (s *serveCommand) BeforeApply() error {
	s.Timeout = callTimeout
	return nil
}

func (s *serveCommand) Help() string {
	return "Example: golsf serve shop.lsf --connectors connectors.json\n\n" +
		"Serves the machine's own programs only. Off loopback it needs --token, and shows actions marked @@api.\n" +
		"--timeout is 60 s for each call unless it is given."
}

func (s *serveCommand) Run(ctx context.Context, c console) error {
	srcs, err := sources(s.Files)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return usagef("%v", err)
	}
	defer l.Close()
	if s.extensions, err = s.options(c); err != nil {
		return err
	}
	if s.extensions, err = s.options(c); err != nil {
		return err
	}
	config := s.config(c)
	config.Terminal = nil
	if config.Secret = []byte(s.Secret); s.Secret == "" {
		config.Secret = make([]byte, 32)
		rand.Read(config.Secret)
	}
	if config.Connectors, err = s.registry(c, folderOf(srcs), int64(s.MaxResponse)); err != nil {
		return err
	}
	p, err := s.loadWith(ctx, c, srcs, config)
	if err != nil {
		return err
	}
	defer p.Close()
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.ShutdownWait)
		defer cancel()
		p.Extensions.Close(last)
	}()
	secrets := config.Connectors.Secrets()
	secrets.Add(os.Getenv("GOLSF_TOKEN"), s.Secret)
	srv, err := server.New(server.Config{
		Instance: p.Instance, Connectors: config.Connectors, Secrets: secrets, Log: c.err,
		Hosts: s.Host, Origins: s.CORS, Token: s.Token, AllowEval: s.AllowEval, Secret: config.Secret,
		MaxBody: int64(s.MaxBody), MaxHeader: int(s.MaxHeader), MaxConcurrent: s.MaxConcurrent,
		Timeout: s.Timeout, ReadTimeout: s.ReadTimeout, Grace: s.ShutdownWait,
		MaxSessions: s.MaxSessions, SessionIdle: s.SessionIdle,
	}, l.Addr())
	if err != nil {
		return usagef("%v", err)
	}
	fmt.Fprintf(c.err, "golsf: serving on http://%s\n", l.Addr())
	return srv.Serve(ctx, l)
}
