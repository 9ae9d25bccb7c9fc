# nexus-host with the four adapters inside; docs/releasing.md shows how to run it.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go run ./cmd/nexus-host plugin build --out cmd/nexus-host/adapters ./plugins/gmail ./plugins/calendar ./plugins/stripe ./plugins/shopify \
 && go build -tags embed_plugins,minicore_disabled -trimpath -ldflags '-s -w -extldflags "-static-libstdc++ -static-libgcc"' -o /nexus-host ./cmd/nexus-host

FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /nexus-host /usr/local/bin/nexus-host
COPY LICENSE /usr/share/doc/nexus-host/LICENSE
RUN useradd --uid 65532 --no-create-home nexus && mkdir /project && chown nexus /project
USER nexus
WORKDIR /project
ENTRYPOINT ["nexus-host"]
