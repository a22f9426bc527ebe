// Package kinds puts the kinds of connectors together.
package kinds

import (
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/registry/execcall"
	"github.com/golsf/golsf/runtime/connect/registry/httpcall"
	"github.com/golsf/golsf/runtime/connect/registry/lsfcall"
	"github.com/golsf/golsf/runtime/connect/registry/mock"
	"github.com/golsf/golsf/runtime/connect/registry/remote"
	"github.com/golsf/golsf/runtime/connect/registry/sqlcall"
)

// All are the kinds that a configuration may name. An embedding program may add
// its own to the map, which is the caller's.
func All() map[string]registry.Kind {
	return map[string]registry.Kind{
		"http": httpcall.New, "sql": sqlcall.New, "exec": execcall.New,
		"lsf": lsfcall.New, "mock": mock.New, "remote": remote.New,
	}
}
