package spark

import "syscall"

// dieWithParent ends the server with a test binary that is killed.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
