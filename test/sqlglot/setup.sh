#!/usr/bin/env bash
# Installs sqlglot, of the version that the tests are written for, into a virtual
# environment below the user's cache, and prints its interpreter. Does nothing if it is there.
set -euo pipefail
version=30.17.0
dir=${XDG_CACHE_HOME:-$HOME/.cache}/nexus-host/sqlglot-$version
if [ ! -x "$dir/bin/python" ] || ! "$dir/bin/python" -c 'import sqlglot' 2>/dev/null; then
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv >&2
  fi
  rm -rf "$dir"
  python3 -m venv "$dir" >&2
  "$dir/bin/pip" install -q "sqlglot[c]==$version" >&2
fi
echo "$dir/bin/python"
