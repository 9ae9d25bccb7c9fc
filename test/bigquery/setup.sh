#!/usr/bin/env bash
# Builds goccy/bigquery-emulator once, into the user's cache directory, and prints
# the binary's path. Needs Go alone; takes five minutes and 6 GB the first time.
set -euo pipefail
version=v0.8.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nexus-host/bigquery-emulator-$version
binary=$cache/bigquery-emulator
if [ ! -x "$binary" ]; then
  mkdir -p "$cache"
  build=$(mktemp -d "$cache/build.XXXXXX")
  trap 'chmod -R u+w "$build"; rm -rf "$build"' EXIT
  # A copy of the module is built, so that its own go.mod and go.sum decide all versions.
  source=$(cd "$build" && GOWORK=off go mod download -json "github.com/goccy/bigquery-emulator@$version" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
  cp -r "$source" "$build/source"
  chmod -R u+w "$build/source"
  (cd "$build/source" && GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$build/bigquery-emulator" ./cmd/bigquery-emulator) >&2
  mv "$build/bigquery-emulator" "$binary" # whole or not at all
fi
printf '%s\n' "$binary"
