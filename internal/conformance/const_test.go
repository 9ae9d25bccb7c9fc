package conformance

import "github.com/nexus-host/nexus-host/core/vocab"

// constArg reports whether a function's i-th argument must stay a literal.
func constArg(name string, i int) bool {
	f, ok := vocab.Lookup(name)
	return ok && len(f.Args) > 0 && f.Arg(i).Const
}
