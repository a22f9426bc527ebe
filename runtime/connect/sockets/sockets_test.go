package sockets_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/sockets"
	"github.com/golsf/golsf/runtime/value"
)

// echo answers each line in capitals and counts connections.
func echo(t *testing.T) (address string, connections *atomic.Int32) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	connections = new(atomic.Int32)
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			for r := bufio.NewReader(c); ; {
				line, err := r.ReadString('\n')
				if err != nil {
					break
				}
				io.WriteString(c, strings.ToUpper(line))
			}
			c.Close()
		}
	}()
	return l.Addr().String(), connections
}

func tcp(address, text string, scope *connect.Connections) *connect.Call {
	return &connect.Call{Kind: connect.KindTCP, Connection: value.String(address), Connections: scope,
		Params: []connect.Param{{Value: value.String(text), Class: value.ClassString}}, HTTP: &connect.HTTPOptions{Timeout: 5 * time.Second}}
}

func TestTCP(t *testing.T) {
	address, connections := echo(t)
	ctx := context.Background()
	r, err := sockets.TCP{}.Call(ctx, tcp(address, "abc\n", nil))
	if err != nil || string(r.Results[0].File().Bytes) != "ABC\n" {
		t.Fatalf("%v %v", r, err)
	}
	scope := new(connect.Connections)
	for range 2 {
		if _, err := (sockets.TCP{}).Call(ctx, tcp(address, "x\n", scope)); err != nil {
			t.Fatal(err)
		}
	}
	if err := scope.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := (sockets.TCP{}).Call(ctx, tcp("127.0.0.1:1", "x\n", nil)); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
	if _, err := (sockets.TCP{}).Call(ctx, tcp("nowhere", "x", nil)); err == nil || !strings.Contains(err.Error(), "host:port") {
		t.Errorf("got %v", err)
	}
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections, want 2: one alone, one for the block", n)
	}
}

func TestUDP(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := tcp(l.LocalAddr().String(), "datagram", nil)
	c.Kind = connect.KindUDP
	if _, err := (sockets.UDP{}).Call(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	l.SetDeadline(time.Now().Add(5 * time.Second))
	buf := make([]byte, 100)
	n, _, err := l.ReadFrom(buf)
	if err != nil || string(buf[:n]) != "datagram" {
		t.Errorf("%q %v", buf[:n], err)
	}
}
