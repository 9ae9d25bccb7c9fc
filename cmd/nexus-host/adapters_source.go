//go:build !embed_plugins

package main

// embedded has nothing: this program was built without the adapters inside.
func embedded(string) ([]byte, bool) { return nil, false }
