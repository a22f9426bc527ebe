package assembly

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

type osFiles struct{}

func (osFiles) Read(_ context.Context, path string) (*value.FileData, error) {
	path = strings.TrimPrefix(path, "file://")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return &value.FileData{Bytes: data, Ext: strings.TrimPrefix(filepath.Ext(path), ".")}, nil
}

func (osFiles) Write(_ context.Context, path string, f *value.FileData, appended bool) error {
	path = strings.TrimPrefix(path, "file://")
	if filepath.Ext(path) == "" && f.Ext != "" {
		path += "." + f.Ext
	}
	return os.WriteFile(path, f.Bytes, 0o644)
}
