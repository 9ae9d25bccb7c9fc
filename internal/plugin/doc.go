// Package plugin loads source plugins and calls them: Wasm modules that strangers
// wrote, which must be able to do nothing but answer two questions.
//
// A module's bytes pass through these gates, each with limits of its own:
//
//	scan      the binary's structure, before any runtime sees it (scan.go, body.go)
//	compile   to the interpreter's code, without custom sections (sandbox.go)
//	call      a fresh instance a call, under a deadline, with Extism's memory
//	          functions written here in Go (kernel.go) and a WASI without files,
//	          network, environment, arguments, real clock or real randomness
//	decode    the answer as strict JSON (envelope.go), then names and values (pdk/wire)
//	repeat    once more on another fresh instance: both answers must be the same bytes
//
// Answers are kept on disk by content (cache.go), so that a warm start runs no Wasm
// at all; nexus.lock pins what a project runs (lock.go). Every failure is an
// *Error that names the plugin, the phase and, where one was passed, the limit.
//
// Modules run in wazero's interpreter, on purpose: compiling native code cannot be
// cancelled, takes 43 s for a hostile 56 KB, and its cache would be executable code on disk.
package plugin
