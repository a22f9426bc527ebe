package capture

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server answers requests with the responses of a capture, in order, and keeps
// what it got. An empty response closes the connection, or keeps it silent when
// Capture.Silent is set.
type Server struct {
	silent    bool
	listener  net.Listener
	responses [][]byte
	mu        sync.Mutex
	requests  [][]byte
	wait      sync.WaitGroup
}

// Serve starts a server for the capture on a free port of 127.0.0.1.
func (c *Capture) Serve() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{listener: l, silent: c.Silent}
	for _, e := range c.Exchanges {
		s.responses = append(s.responses, bytes.ReplaceAll(e.Response, []byte("HOST"), []byte(s.Host())))
	}
	s.wait.Add(1)
	go s.accept()
	return s, nil
}

// Host is the address to call.
func (s *Server) Host() string { return s.listener.Addr().String() }

// Close stops the server and waits for it.
func (s *Server) Close() {
	s.listener.Close()
	s.wait.Wait()
}

// Requests are the raw requests in the order they came.
func (s *Server) Requests() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *Server) accept() {
	defer s.wait.Done()
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.answer(conn)
		conn.Close()
	}
}

func (s *Server) answer(conn net.Conn) {
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	r := bufio.NewReader(conn)
	if first, err := r.Peek(1); err != nil || first[0] < 'A' || first[0] > 'Z' { // a TLS hello, for example
		return
	}
	req := readRequest(r)
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, req)
	s.mu.Unlock()
	if n >= len(s.responses) {
		return
	}
	if len(s.responses[n]) == 0 && s.silent {
		io.Copy(io.Discard, conn)
		return
	}
	conn.Write(s.responses[n])
}

func readRequest(r *bufio.Reader) []byte {
	var req []byte
	length, chunked := 0, false
	for {
		line, err := r.ReadString('\n')
		req = append(req, line...)
		if err != nil {
			return req
		}
		if name, v, ok := strings.Cut(line, ":"); ok {
			switch strings.ToLower(name) {
			case "content-length":
				length, _ = strconv.Atoi(strings.TrimSpace(v))
			case "transfer-encoding":
				chunked = true
			}
		}
		if line == "\r\n" || chunked {
			break
		}
	}
	body := make([]byte, length)
	n, _ := io.ReadFull(r, body)
	return append(req, body[:n]...)
}
