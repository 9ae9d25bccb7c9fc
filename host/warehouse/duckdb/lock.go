package duckdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Lock takes the right to build into the database at path: one build at a time, between processes
// and within one. It does not wait: where another build holds it, the error is warehouse.ErrBusy.
// The operating system gives the lock back when a process dies.
func Lock(_ context.Context, path string) (unlock func() error, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	file := flock.New(path + ".lock")
	ok, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("duckdb: lock %s: %w", path, err)
	}
	if !ok {
		return nil, fmt.Errorf("%w: another build holds %s.lock", warehouse.ErrBusy, path)
	}
	return file.Unlock, nil
}
