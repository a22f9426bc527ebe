// Command embed is a Go program with a connector of its own: the program of the
// language calls it by id, class and method like any other.
//
//	go run ./examples/connectors/embed
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/program"
	"github.com/golsf/golsf/runtime/connect/registry"
)

//go:embed labels.lsf
var labels []byte

// shelf is the connector: shelves of a warehouse by the code of an item.
func shelf(_ context.Context, c *registry.Call) (registry.Value, error) {
	if c.FullMethod() != "Shelf.Find" {
		return registry.Value{}, registry.Errorf(registry.CodeMethod, "there is no method %s", c.FullMethod())
	}
	item, ok := c.Arg("item")
	if !ok || item.Kind() != registry.String {
		return registry.Value{}, registry.Errorf(registry.CodeArgs, "item must be a text")
	}
	return registry.TextOf("shelf " + strings.ToUpper(item.Text[:1])), nil
}

func run(ctx context.Context, out io.Writer) error {
	reg := registry.New(registry.Options{})
	if err := reg.Register("Warehouse", registry.Func(shelf)); err != nil {
		return err
	}
	p, err := program.Load(ctx, []interp.Source{{Name: "labels.lsf", Text: labels}}, program.Options{Stdout: out, Stderr: os.Stderr, Connectors: reg})
	if err != nil {
		return err
	}
	defer p.Close()
	_, err = p.Call(ctx, interp.Request{Action: "run"})
	return err
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
