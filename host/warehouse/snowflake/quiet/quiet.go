// Package quiet keeps the Snowflake driver from two things that it does unasked: when the
// program starts, whatever the warehouse, it writes a shared library of its own to a directory
// and loads it; at the first connection it asks the network in which cloud it runs. Both are switched off in
// the environment, which the driver reads when it is initialised. Packages that import
// nothing of one another are initialised in the order of their paths, and this one's comes
// before the driver's.
package quiet

import "os"

var _ = unlessSet("SF_DISABLE_MINICORE", "SNOWFLAKE_DISABLE_PLATFORM_DETECTION")

func unlessSet(names ...string) error {
	for _, name := range names {
		if _, ok := os.LookupEnv(name); ok {
			continue
		}
		if err := os.Setenv(name, "true"); err != nil {
			return err
		}
	}
	return nil
}
