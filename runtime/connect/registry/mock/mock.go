// Package mock is the connector kind of canned results, for tests and demos.
package mock

import (
	"context"
	"time"

	"github.com/golsf/golsf/runtime/connect/registry"
)

// answer is what a method answers.
type answer struct {
	value registry.Value
	err   *registry.Error
	delay time.Duration
}

type connector map[string]answer

// New reads the settings: methods, each with value or error, and delayMs.
func New(s *registry.Settings) (registry.Connector, error) {
	methods := connector{}
	s.Each("methods", func(name string, in *registry.Settings) {
		a := answer{delay: time.Duration(in.Int("delayMs", 0)) * time.Millisecond}
		v, hasValue := in.Value("value")
		a.value = v
		_, hasError := in.Value("error")
		if hasError {
			e := in.Object("error")
			a.err = &registry.Error{Code: e.Need("code"), Message: e.Text("message", "")}
			if err := e.Done(); err != nil {
				in.Fault("error", "%s", err)
			}
		}
		if hasValue == hasError {
			in.Fault("", "a method has either a value or an error")
		}
		methods[name] = a
	})
	return methods, s.Done()
}

// Invoke gives the canned result of Class.Method, else of Method.
func (m connector) Invoke(ctx context.Context, c *registry.Call) (registry.Value, error) {
	a, ok := answer{}, false
	if c.Class != "" {
		a, ok = m[c.Class+"."+c.Method]
	}
	if !ok {
		a, ok = m[c.Method]
	}
	if !ok {
		return registry.Value{}, registry.Errorf(registry.CodeMethod, "there is no method %s", c.FullMethod())
	}
	if a.delay > 0 {
		timer := time.NewTimer(a.delay)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return registry.Value{}, ctx.Err()
		case <-timer.C:
		}
	}
	if a.err != nil {
		e := *a.err
		return registry.Value{}, &e
	}
	return a.value, nil
}
