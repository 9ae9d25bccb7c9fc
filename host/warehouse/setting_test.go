package warehouse_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

func TestSettingError(t *testing.T) {
	err := fmt.Errorf("snowflake: %w", &warehouse.SettingError{
		Setting: "account", Hint: "it is the part before .snowflakecomputing.com", Err: context.DeadlineExceeded,
	})
	const want = "snowflake: warehouse.account: context deadline exceeded (it is the part before .snowflakecomputing.com)"
	if err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	var setting *warehouse.SettingError
	if !errors.As(err, &setting) || setting.Setting != "account" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the chain is lost: %v", err)
	}
	if got := (&warehouse.SettingError{Setting: "host"}).Error(); got != "warehouse.host" {
		t.Errorf("got %s", got)
	}
}
