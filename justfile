# Verbs of this checkout; `just` lists them.

_default:
    @just --list

# run the main job on generated data
demo *args:
    go run ./cmd/nexus-host demo {{args}}

# one file with the four adapters inside
build: plugins
    go build -tags embed_plugins -trimpath -ldflags "-s -w" -o nexus-host ./cmd/nexus-host

# the four adapters as Wasm
plugins:
    go run ./cmd/nexus-host plugin build --out cmd/nexus-host/adapters ./plugins/gmail ./plugins/calendar ./plugins/stripe ./plugins/shopify

test:
    go test ./...

# every case of the corpus, and whole projects, on every engine that this machine has; every statement held
# against analysers; then the table in docs. test/{snowflake,bigquery,spark}/setup.sh install engines
conformance: analyze
    #!/usr/bin/env bash
    set -euo pipefail
    export NEXUS_CONFORMANCE_RESULTS="$PWD/testdata/results"
    NEXUS_REQUIRE_POSTGRES=1 go test ./test/conformance -v -timeout 40m
    for engine in snowflake bigquery spark; do
      (cd test/$engine && go test . -v -timeout 90m)
    done
    go run ./test/conformance/table

# every statement of every dialect held against independent parsers, engines and rules
analyze:
    NEXUS_REQUIRE_POSTGRES=1 NEXUS_REQUIRE_SQLGLOT=1 go test ./test/analyze/... -v
    cd test/googlesql && go test . -v -timeout 40m

# rewrite the golden SQL; look at the diff before committing
golden:
    go test ./core/emit/render/... -run Golden -update

# every fuzz target for some minutes
fuzz minutes="2":
    #!/usr/bin/env bash
    set -euo pipefail
    for pkg in $(go list ./...); do
      for target in $(go test -list '^Fuzz' "$pkg" | grep '^Fuzz' || true); do
        go test -run '^$' -fuzz "^$target\$" -fuzztime {{minutes}}m "$pkg"
      done
    done

lint:
    test -z "$(gofmt -l .)"
    go vet ./...
    GOOS=wasip1 GOARCH=wasm go vet ./pdk/guest ./plugins/*/main
    go run honnef.co/go/tools/cmd/staticcheck@v0.7.0 ./...

# the tables that README quotes
bench:
    go run ./test/bench

# all of CI, failing on a dirty tree
check:
    bash .ci/run
