// Command nexus-host turns raw records of several sources into one
// identity-resolved history in a warehouse. See README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	// A command lives for seconds and holds little: collecting seldom saves a quarter of a compile.
	debug.SetGCPercent(400)
	quietDrivers()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], stdio{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// quietDrivers keeps Snowflake's driver from asking the network, at its first connection, in which cloud it runs. The
// driver can be configured only by the environment, which belongs to the program: no package changes it.
func quietDrivers() {
	const name = "SNOWFLAKE_DISABLE_PLATFORM_DETECTION"
	if _, ok := os.LookupEnv(name); !ok {
		_ = os.Setenv(name, "true") // it fails for no such name
	}
}
