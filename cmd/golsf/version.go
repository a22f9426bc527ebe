package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker in releases: -X main.version=v1.2.3.
var version = ""

type versionCommand struct{}

func (versionCommand) Run(c console) error {
	v := version
	if v == "" {
		v = "development"
		if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
			v = info.Main.Version
		}
	}
	fmt.Fprintf(c.out, "golsf %s (%s, %s/%s)\n", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
