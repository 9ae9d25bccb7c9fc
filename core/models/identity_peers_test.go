package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// identityPeers are the numbered cases of resolution that others get wrong: what is told
// from build to build, and who is one after the last.
var identityPeers = []struct {
	name   string
	rules  spec.Resolution
	builds []func(p *coretest.Project) // each adds to what the ones before it added
	want   []string                    // the identifiers of each entity
	links  int                         // kept
	keeps  string                      // an identifier whose entity id is to stay as it was at the first build
	fails  []string                    // checks that must fail
}{
	{
		name: "01 a chain longer than any depth",
		builds: builds(func(p *coretest.Project) {
			for i := range 7 {
				p.Seen("crm", i+1, fmt.Sprintf("email %c@x.com", 'a'+i), fmt.Sprintf("email %c@x.com", 'b'+i))
			}
		}),
		want: []string{"a@x.com b@x.com c@x.com d@x.com e@x.com f@x.com g@x.com h@x.com"}, links: 7,
	}, {
		name: "02 a hundred identifiers on one edge",
		builds: builds(func(p *coretest.Project) {
			p.Seen("crm", 1, numbered("cookie c%03d", 100)...)
		}),
		want: []string{strings.Join(numbered("c%03d", 100), " ")}, links: 99,
		fails: []string{"nexus_entity_identifiers.edge_size"},
	}, {
		name: "05 parts that join to the same text",
		builds: builds(func(p *coretest.Project) {
			p.Seen("crm", 1, "crm id-7")
			p.Seen("crm", 1, "crm-id 7")
		}),
		want: []string{"7", "id-7"},
	}, {
		name: "06 a lesser identifier comes later",
		builds: builds(
			func(p *coretest.Project) { p.Seen("crm", 1, "email b@x.com") },
			func(p *coretest.Project) { p.Seen("web", 2, "email b@x.com", "anonymous_id z") },
		),
		want: []string{"b@x.com z"}, links: 1, keeps: "b@x.com",
	}, {
		name:  "07 one user with three cookies and a limit of two",
		rules: limit("cookie", 2),
		builds: builds(func(p *coretest.Project) {
			for _, c := range []string{"1", "2", "3"} {
				p.Seen("web", 1, "user_id u", "cookie c"+c)
			}
		}),
		want: []string{"c1 c2 c3 u"}, links: 3,
	}, {
		name:  "08 a phone shared by too many, and alone",
		rules: limit("phone", 2),
		builds: builds(func(p *coretest.Project) {
			p.Seen("crm", 2, "email b@x.com", "phone 5550102030")
			p.Seen("crm", 1, "email c@x.com", "phone 5550102030")
			p.Seen("crm", 3, "email a@x.com", "phone 5550102030")
			p.Seen("crm", 4, "phone 5550102030")
		}),
		want: []string{"5550102030 c@x.com", "a@x.com", "b@x.com"}, links: 1,
	}, {
		name: "09 one edge over two days",
		builds: builds(
			func(p *coretest.Project) {
				p.Identify("crm", p.Event("crm", 1), 1, "person", "edge", "email a@x.com")
			},
			func(p *coretest.Project) {
				p.Identify("crm", p.Event("crm", 2), 2, "person", "edge", "phone 5550102030")
			},
		),
		want: []string{"5550102030 a@x.com"}, links: 1, keeps: "a@x.com",
	}, {
		name: "10 a chain of ten in one batch",
		builds: builds(
			func(p *coretest.Project) { p.Seen("crm", 1, "email 00@x.com") },
			func(p *coretest.Project) {
				for i := range 9 {
					p.Seen("crm", 2, fmt.Sprintf("email %02d@x.com", (i*7)%10), fmt.Sprintf("email %02d@x.com", (i*7+7)%10))
				}
			},
		),
		want: []string{strings.Join(numbered("%02d@x.com", 10), " ")}, links: 9, keeps: "00@x.com",
	}, {
		name: "27 one domain in two spellings",
		builds: builds(func(p *coretest.Project) {
			p.Identify("crm", p.Event("crm", 1), 1, "group", "1", "domain acme.com")
			p.Identify("crm", p.Event("crm", 2), 2, "group", "2", "domain www.acme.com")
		}),
		want: []string{"acme.com"},
	}, {
		name:  "free mail providers are no companies",
		rules: spec.Resolution{FreeMailDomains: true},
		builds: builds(func(p *coretest.Project) {
			p.Identify("crm", p.Event("crm", 1), 1, "group", "1", "domain gmail.com", "company_id 1")
			p.Identify("crm", p.Event("crm", 1), 1, "group", "2", "domain GMail.com", "company_id 2")
		}),
		want: []string{"1", "2"},
	},
}

func builds(builds ...func(p *coretest.Project)) []func(p *coretest.Project) { return builds }

func limit(identifierType string, n int) spec.Resolution {
	return spec.Resolution{Guards: []spec.Guard{{EntityType: "person", Kind: "max_links", IdentifierType: identifierType, N: n}}}
}

func numbered(format string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i)
	}
	return out
}

// groupsOf are the identifiers of each entity, as text.
func groupsOf(tg *coretest.Target) (groups []string, entity map[string]string) {
	byID := map[string][]string{}
	entity = map[string]string{}
	for i, id := range resolved(tg) {
		byID[id] = append(byID[id], i.value)
		entity[i.value] = id
	}
	for _, values := range byID {
		slices.Sort(values)
		groups = append(groups, strings.Join(values, " "))
	}
	slices.Sort(groups)
	return groups, entity
}

func TestIdentityPeers(t *testing.T) {
	for i, c := range identityPeers {
		if testing.Short() && i != 6 {
			t.Logf("left to the full run: %s", c.name)
			continue
		}
		for j, tg := range engines(t, identity.Rounds) {
			if j > 0 && i%3 > 0 && !tier.All() {
				t.Logf("left to %s=all: %s on %s", tier.Variable, c.name, tg.name)
				continue
			}
			t.Run(c.name+"/"+tg.name, func(t *testing.T) {
				p := coretest.NewProject("crm", "web")
				p.Spec.Resolution = c.rules
				var first, entity map[string]string
				var groups []string
				for i, tell := range c.builds {
					tell(p)
					p.Build(t, tg.Target)
					if i == len(c.builds)-1 {
						failed := p.Checks(t, tg.Target)
						for name, sample := range failed {
							if !slices.Contains(c.fails, name) {
								t.Errorf("check %s fails: %s", name, sample)
							}
						}
						for _, name := range c.fails {
							if failed[name] == "" {
								t.Errorf("check %s does not fail", name)
							}
						}
					}
					tg.Publish()
					groups, entity = groupsOf(tg.Target)
					if i == 0 {
						first = entity
					}
				}
				if !slices.Equal(groups, c.want) {
					t.Errorf("entities\n got %q\nwant %q", groups, c.want)
				}
				kept := 0
				for _, r := range tg.PreviousRows(contract.TableEdges, "is_kept") {
					if r[0] == true {
						kept++
					}
				}
				if kept != c.links {
					t.Errorf("%d links kept, want %d", kept, c.links)
				}
				if c.keeps != "" && entity[c.keeps] != first[c.keeps] {
					t.Errorf("%s was %s and is %s", c.keeps, first[c.keeps], entity[c.keeps])
				}
			})
		}
	}
}
