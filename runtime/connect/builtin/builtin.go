// Package builtin puts the connectors of EXTERNAL together.
package builtin

import (
	"context"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/dbfconn"
	"github.com/golsf/golsf/runtime/connect/httpconn"
	"github.com/golsf/golsf/runtime/connect/lsfconn"
	"github.com/golsf/golsf/runtime/connect/sockets"
	"github.com/golsf/golsf/runtime/connect/sqlconn"
)

// Options are what the connectors need from outside.
type Options struct {
	Dir       string // folder of relative paths of DBF files, "" the working directory
	Client    httpconn.Client
	Secret    []byte // signs requests of EXTERNAL LSF ''
	OpenLocal func(ctx context.Context) (sqlconn.LocalDB, error)
}

// Registry has the kinds HTTP, SQL, LSF, TCP, UDP and DBF. The kind CONNECTOR is
// the caller's to register.
func Registry(o Options) *connect.Registry {
	r := new(connect.Registry)
	r.Register(connect.KindHTTP, &httpconn.Connector{Client: o.Client})
	r.Register(connect.KindLSF, &lsfconn.Connector{Client: o.Client, Secret: o.Secret})
	r.Register(connect.KindSQL, &sqlconn.Connector{OpenLocal: o.OpenLocal})
	r.Register(connect.KindTCP, sockets.TCP{})
	r.Register(connect.KindUDP, sockets.UDP{})
	r.Register(connect.KindDBF, &dbfconn.Connector{Dir: o.Dir})
	return r
}
