//go:build !unix

// Package execcall is the connector kind exec, which needs process groups.
package execcall

import (
	"errors"

	"github.com/golsf/golsf/runtime/connect/registry"
)

// New refuses: without process groups a child's children would be left behind.
func New(*registry.Settings) (registry.Connector, error) {
	return nil, errors.New("connectors of kind exec need a Unix system")
}
