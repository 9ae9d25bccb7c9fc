# nexus-host with the four adapters inside; docs/releasing.md shows how to run it.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go run ./cmd/nexus-host plugin build --out cmd/nexus-host/adapters ./plugins/gmail ./plugins/calendar ./plugins/stripe ./plugins/shopify \
 && go build -tags embed_plugins -trimpath -ldflags "-s -w" -o /nexus-host ./cmd/nexus-host

# DuckDB needs the C++ runtime, hence not a static image.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /nexus-host /usr/local/bin/nexus-host
COPY LICENSE /usr/share/doc/nexus-host/LICENSE
WORKDIR /project
ENTRYPOINT ["nexus-host"]
