// Command backend is the least program that builds projects on PostgreSQL: a test
// measures what it links.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
)

func main() {
	if err := build(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func build(ctx context.Context, dir string) error {
	p, err := host.Open(ctx, dir, host.Options{Engines: []warehouse.Driver{postgres.Driver()}})
	if err != nil {
		return err
	}
	_, err = p.Build(ctx, host.BuildOptions{})
	return err
}
