//go:build embed_plugins

package main

import "embed"

// `just plugins` puts the modules there.
//
//go:embed adapters/*.wasm
var adapterFiles embed.FS

func embedded(name string) ([]byte, bool) {
	module, err := adapterFiles.ReadFile("adapters/" + name + ".wasm")
	return module, err == nil
}
