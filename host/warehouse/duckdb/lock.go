package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/gofrs/flock"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/input"
)

// Lock takes the right to build into the database at path: one build at a time, between processes
// and within one. It does not wait: where another build holds it, the error is warehouse.ErrBusy.
// The operating system releases the lock when a process dies.
func Lock(_ context.Context, path string) (unlock func() error, err error) {
	if err := makeFolder(path); err != nil {
		return nil, err
	}
	lock := path + ".lock"
	// Opening a pipe waits for its writer, so what is there is looked at first.
	if _, err := input.Stat(lock); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("duckdb: the lock of %s cannot be used: %w; move it away", path, err)
	}
	file := flock.New(lock)
	ok, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("duckdb: lock %s: %w", path, err)
	}
	if !ok {
		return nil, fmt.Errorf("%w: another build holds %s.lock", warehouse.ErrBusy, path)
	}
	return file.Unlock, nil
}
