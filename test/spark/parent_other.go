//go:build unix && !linux

package spark

import "syscall"

// dieWithParent does nothing: only Linux can signal a parent's end.
func dieWithParent(*syscall.SysProcAttr) {}
