package actions

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/value"
)

// readResource reads a file from the folders of the program into
// Utils.resource; one that is not there gives NULL, or with the second argument
// an empty path too. Files outside these folders are never read.
func readResource(_ context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	name := strings.TrimPrefix(text(args, 0), "/")
	data, ok := h.Resource(name)
	if !ok {
		h.Clear("Utils.resource")
		h.Clear("Utils.resourcePath")
		return none, nil
	}
	base := filepath.Base(name)
	ext := filepath.Ext(base)
	f := value.FileOf(value.NameFile, &value.FileData{Bytes: data, Ext: strings.TrimPrefix(ext, "."), Name: strings.TrimSuffix(base, ext)})
	if err := h.Set("Utils.resource", f); err != nil {
		return none, err
	}
	return none, h.Set("Utils.resourcePath", value.String("/"+name))
}
