package main

import (
	"bytes"
	"os"
	"testing"
)

// TestGenerated holds that the committed facts are those of the library's metadata.
func TestGenerated(t *testing.T) {
	got, err := os.ReadFile("../" + file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := regions()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("regions.ndjson is not what the metadata gives: go run ./generate in test/phone")
	}
}
