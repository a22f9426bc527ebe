package actions

import (
	"context"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// setAutoCommit is SQLUtils.setAutoCommit(connection, on): inside NEWCONNECTION,
// whether each statement on that connection commits itself.
func setAutoCommit(ctx context.Context, h *interp.Host, args []value.Value) (value.Value, error) {
	_, err := h.Connect(ctx, &connect.Call{
		Kind: connect.KindSQL, Method: connect.MethodAutoCommit, Connection: arg(args, 0), Exec: arg(args, 1),
	})
	return none, err
}
