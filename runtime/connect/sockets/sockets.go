// Package sockets is the connector of EXTERNAL TCP and EXTERNAL UDP: it sends
// the content of one value to host:port.
//
// Source: EXTERNAL_operator.
package sockets

import (
	"context"
	"errors"
	"net"
	"os"
	"regexp"
	"time"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/value"
)

// maxRead is how much of an answer is read.
const maxRead = 10 << 20

var hostPort = regexp.MustCompile(`^(.*):(\d+)$`)

// TCP sends a value and reads what comes first: one read, as much as the other
// side has sent, up to 10 MiB or the limit of the call. The result is a RAWFILE
// for System.responseTcp. HTTP.Timeout of the call bounds the wait (0: none).
// Inside NEWCONNECTION the connection stays open for the block. A NULL value
// sends nothing and has no result.
type TCP struct{}

// UDP sends a value as one datagram; it has no result.
type UDP struct{}

// payload checks the call and gives the address and the bytes to send; ok is
// false when the value is NULL.
func payload(c *connect.Call) (address string, b []byte, ok bool, err error) {
	if len(c.Params) != 1 {
		return "", nil, false, value.Errorf(connect.CodeCall, "EXTERNAL %s takes one parameter, not %d", c.Kind, len(c.Params))
	}
	v := c.Params[0].Value
	if v.IsNull() {
		return "", nil, false, nil
	}
	if c.Connection.IsNull() {
		return "", nil, false, value.Errorf(connect.CodeCall, "connectionString not specified")
	}
	text := func(n int) (string, error) { return wire.ParamText(c.Params[n-1].Value, wire.UTF8) }
	target, err := wire.Expand(value.TextOf(c.Connection), make([]bool, 1), wire.Plain, text)
	if err != nil {
		return "", nil, false, err
	}
	m := hostPort.FindStringSubmatch(target)
	if m == nil {
		return "", nil, false, value.Errorf(connect.CodeCall, "the connection string %q is not host:port", target)
	}
	if m[1] != "" {
		address = target
	}
	if f := v.File(); f != nil {
		return address, f.Bytes, true, nil
	}
	return address, []byte(value.WireText(v)), true, nil
}

// Call sends and reads once.
func (TCP) Call(ctx context.Context, c *connect.Call) (*connect.Reply, error) {
	address, b, ok, err := payload(c)
	if err != nil || !ok {
		return &connect.Reply{}, err
	}
	conn, keep, err := open(ctx, c, address)
	if err != nil {
		return nil, failure(ctx, address, err)
	}
	if !keep {
		defer conn.Close()
	}
	deadline := time.Time{}
	if c.HTTP != nil && c.HTTP.Timeout > 0 {
		deadline = time.Now().Add(c.HTTP.Timeout)
	}
	conn.SetDeadline(deadline)
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := conn.Write(b); err != nil {
		return nil, failure(ctx, address, err)
	}
	size := int64(maxRead)
	if c.MaxResponse > 0 && c.MaxResponse < size {
		size = c.MaxResponse
	}
	buf := make([]byte, 64<<10)
	n, err := conn.Read(buf[:min(size, int64(len(buf)))])
	if err != nil {
		return nil, failure(ctx, address, err)
	}
	answer := append([]byte(nil), buf[:n]...)
	// What has already arrived belongs to the same read.
	for n == len(buf) && int64(len(answer)) < size {
		conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		if n, err = conn.Read(buf[:min(size-int64(len(answer)), int64(len(buf)))]); err != nil {
			break
		}
		answer = append(answer, buf[:n]...)
	}
	return &connect.Reply{Results: []value.Value{value.FileOf(value.NameRawFile, &value.FileData{Bytes: answer})}}, nil
}

// open gives the block's connection or a new one; keep tells that the block
// owns it.
func open(ctx context.Context, c *connect.Call, address string) (conn net.Conn, keep bool, err error) {
	if c.Connections != nil {
		if open, ok := c.Connections.Get(connect.KindTCP, address); ok {
			return open.(net.Conn), true, nil
		}
	}
	if address == "" {
		return nil, false, value.Errorf(connect.CodeCall, "Empty host is supported only inside of NEWCONNECTION operator with one open connection")
	}
	conn, err = new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil || c.Connections == nil {
		return conn, false, err
	}
	return conn, true, c.Connections.Put(connect.KindTCP, address, conn)
}

// Call sends one datagram.
func (UDP) Call(ctx context.Context, c *connect.Call) (*connect.Reply, error) {
	address, b, ok, err := payload(c)
	if err != nil || !ok {
		return &connect.Reply{}, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "udp", address)
	if err != nil {
		return nil, failure(ctx, address, err)
	}
	defer conn.Close()
	if _, err := conn.Write(b); err != nil {
		return nil, failure(ctx, address, err)
	}
	return &connect.Reply{}, nil
}

func failure(ctx context.Context, address string, err error) error {
	var own *value.Error
	switch {
	case errors.As(err, &own):
		return own
	case ctx.Err() != nil:
		return value.Errorf(connect.CodeTimeout, "the call to %s was stopped", address)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return value.Errorf(connect.CodeTimeout, "%s gave no answer in time", address)
	}
	return value.Errorf(connect.CodeUnreachable, "%s: %s", address, err.Error())
}
