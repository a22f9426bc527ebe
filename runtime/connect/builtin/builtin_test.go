package builtin_test

import (
	"context"
	"errors"
	"testing"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/builtin"
	"github.com/golsf/golsf/runtime/value"
)

// Every kind answers a call without anything with an error of its own, JAVA with
// that of an unknown kind.
func TestKinds(t *testing.T) {
	r := builtin.Registry(builtin.Options{})
	for kind, want := range map[string]string{
		connect.KindHTTP: connect.CodeCall, connect.KindSQL: connect.CodeCall, connect.KindLSF: connect.CodeCall, connect.KindTCP: connect.CodeCall,
		connect.KindUDP: connect.CodeCall, connect.KindDBF: connect.CodeCall, connect.KindConnector: connect.CodeKind, "JAVA": connect.CodeKind,
	} {
		_, err := r.Call(context.Background(), &connect.Call{Kind: kind})
		var e *value.Error
		if !errors.As(err, &e) || e.Code != want {
			t.Errorf("%s: %v, want %s", kind, err, want)
		}
	}
}
