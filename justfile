# Verbs of this checkout; `just` lists them.

# Snowflake's driver would write a library to a folder, and load it, in each program that is not built without it.
export SF_DISABLE_MINICORE := "true"

_default:
    @just --list

# run the main job on generated data
demo *args:
    go run ./cmd/nexus-host demo {{args}}

# one file with the four adapters inside
build: plugins
    go build -tags embed_plugins,minicore_disabled -trimpath -ldflags "-s -w" -o nexus-host ./cmd/nexus-host

# the four adapters as Wasm
plugins:
    go run ./cmd/nexus-host plugin build --out cmd/nexus-host/adapters ./plugins/gmail ./plugins/calendar ./plugins/stripe ./plugins/shopify

test:
    go test ./...

# every case, and whole projects, on every engine that this machine has, and every statement held against analysers;
# then the table in docs. Hashes of what passed are renewed; `just conformance record` executes only what changed.
# test/{snowflake,bigquery,spark}/setup.sh install engines
conformance execute="all": analyze
    #!/usr/bin/env bash
    set -euo pipefail
    export NEXUS_CONFORMANCE_RESULTS="$PWD/testdata/results" NEXUS_CONFORMANCE={{execute}}
    export NEXUS_REQUIRE_POSTGRES=1
    go test ./test/conformance -v -timeout 40m
    for engine in postgres snowflake bigquery spark; do
      (cd test/$engine && go test . -v -timeout 3h)
    done
    go run ./test/conformance/table

# every statement of every dialect held against independent parsers, engines and rules
analyze:
    NEXUS_REQUIRE_POSTGRES=1 go test ./test/analyze/... -v
    cd test/sqlglot && NEXUS_REQUIRE_SQLGLOT=1 go test -v .
    cd test/googlesql && go test . -v -timeout 40m

# rewrite the golden SQL; look at the diff before committing
golden:
    go test ./core/emit/render/... -run Golden -update

# every fuzz target for some minutes
fuzz minutes="2":
    bash .ci/run fuzz {{minutes}}m

# format, vet, staticcheck, golangci-lint
lint:
    bash .ci/run lint

# the tables that README quotes; `just bench --against BINARY` runs another nexus-host in turn, `just bench --help` has the parts
bench *args:
    go run ./test/bench {{args}}

# format, linters, unit tests and golden files; under 5 minutes with caches
fast:
    bash .ci/run fast

# all of CI, failing on a dirty tree; under an hour
check:
    bash .ci/run

# every case on every engine, larger demos, many kills, long fuzzing; hours
soak:
    bash .ci/run soak
