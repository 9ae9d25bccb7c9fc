#!/usr/bin/env bash
# Makes the Python environment in which the tests of this module run fakesnow, below the user's
# cache directory, and prints its path. It does nothing if it is there: its name is the digest of
# requirements.txt, which pins everything. With --path it prints the path alone and makes nothing.
set -euo pipefail
cd "$(dirname "$0")"

cache="${XDG_CACHE_HOME:-$HOME/.cache}/nexus-host"
venv="$cache/fakesnow-$(sha256sum requirements.txt | cut -c1-16)"
if [ "${1:-}" = --path ] || { [ -x "$venv/bin/python" ] && [ -e "$venv/complete" ]; }; then
  echo "$venv"
  exit
fi
if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv >&2
fi
# Two runs at once: the second waits, and finds it made.
mkdir -p "$cache"
exec 9>"$venv.lock"
flock 9
if [ ! -e "$venv/complete" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-virtualenv -r requirements.txt >&2
  "$venv/bin/python" -c 'import fakesnow.server, uvicorn' >&2
  touch "$venv/complete"
fi
echo "$venv"
