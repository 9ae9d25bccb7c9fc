package shopify_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/plugins/shopify"
)

// TestPostgres: every fragment gives the same rows on PostgreSQL as on DuckDB.
func TestPostgres(t *testing.T) {
	here := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2024-12-01T00:00:00Z"})
	there := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2024-12-01T00:00:00Z", Postgres: pgtest.New(t).Database(t)})
	for _, s := range []*plugintest.Source{here, there} {
		s.Load("orders", shop(plugintest.JSON(restOrder, graphqlOrder, guestOrder)...)...)
		s.Load("customers", shop(plugintest.JSON(
			`{"id":7,"email":"Ann@x.com","first_name":"Ann","created_at":"2024-01-01T00:00:00Z","updated_at":"2024-02-01T00:00:00Z","email_marketing_consent":{"state":"subscribed","consent_updated_at":"2024-02-01T00:00:00Z"},"tags":["a","b"]}`,
			`{"id":7,"deleted_at":"2024-04-01T00:00:00Z","updated_at":"2024-04-01T00:00:00Z"}`)...)...)
		s.Load("checkouts", shop(plugintest.JSON(`{"id":901,"token":"tok2","email":"bob@x.com","created_at":"2024-01-05T09:00:00Z","updated_at":"2024-01-05T10:00:00Z","total_price":20.5,"currency":"USD"}`)...)...)
		s.Load("products", shop(plugintest.JSON(`{"id":100,"title":"The Mug"}`)...)...)
		s.Load("returns", shop(plugintest.JSON(`{"id":1,"order":{"id":1},"createdAt":"2024-01-10T00:00:00Z"}`)...)...)
		s.Load("shops", shop(plugintest.JSON(`{"id":55,"name":"Acme","email":"owner@acme.com","domain":"shop.acme.com","myshopify_domain":"acme.myshopify.com","plan_name":"basic","created_at":"2020-01-01T00:00:00Z"}`)...)...)
		s.Load("app_events", plugintest.JSON(
			`{"type":"SUBSCRIPTION_CHARGE_ACTIVATED","occurredAt":"2024-01-02T00:00:00Z","app":{"id":"gid://partners/App/1"},"shop":{"id":"gid://partners/Shop/55","myshopifyDomain":"acme.myshopify.com"},"charge":{"id":"gid://partners/AppSubscription/3","amount":{"amount":"30.00","currencyCode":"EUR"},"interval":"ANNUAL"}}`,
			`{"type":"RELATIONSHIP_UNINSTALLED","occurredAt":"2024-03-02T00:00:00Z","app":{"id":"gid://partners/App/1"},"shop":{"id":"gid://partners/Shop/55","myshopifyDomain":"acme.myshopify.com"}}`)...)
	}
	here.WantSame(there)
}
