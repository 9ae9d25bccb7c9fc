package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// The story runs from begin to end; nothing in it depends on a clock.
var (
	begin = time.Date(2024, 1, 8, 8, 0, 0, 0, time.UTC)
	end   = time.Date(2025, 12, 31, 18, 0, 0, 0, time.UTC)
)

// AsOf is the instant the generated project is read at.
const AsOf = "2026-01-01T00:00:00Z"

const (
	ownDomain = "lumenworks.example"
	ownShop   = "lumenworks.myshopify.com"
)

// staff are the mailboxes that the sample company exports.
var staff = []mailbox{
	{"Anna Keller", "anna@" + ownDomain},
	{"Ben Okafor", "ben@" + ownDomain},
	{"Lumenworks Support", "support@" + ownDomain},
}

type mailbox struct{ name, email string }

// person is someone at a customer.
type person struct {
	first, last string
	email       string // at work, or the only one of a consumer
	personal    string // a second address; "" if none
	phone       string // E.164; "" if none
}

func (p person) name() string { return p.first + " " + p.last }

// customer is one company with its people, or one consumer.
type customer struct {
	n         int
	company   string // "" for a consumer
	domain    string
	newDomain string // after a merger; "" for most
	country   string
	currency  string
	shared    string // a shared mailbox such as office@; "" if none
	people    []person
	start     time.Time // first contact
	rng       *rand.Rand
}

var (
	firstNames = strings.Fields("Ada Bruno Carla Dmitri Elena Farid Grace Hiro Ines Jonas Keiko Lars Mira Nadia Omar Priya Quentin Rosa Sven Tara Ulrich Vera Wanda Xavier Yara Zoltán Zoë José Chloë Søren")
	lastNames  = strings.Fields("Abbott Brandt Castillo Dubois Eriksen Fischer García Haddad Ivanova Jansen Kowalski Lindqvist Moreau Nakamura Okonkwo Petrov Quispe Rossi Schmidt Tanaka Ueda Varga Weber Xu Yilmaz Zhang O'Brien Müller")
	adjectives = strings.Fields("Amber Bright Cobalt Distant Eager Fabled Golden Hidden Ivory Jolly Keen Lively Mellow Noble Open Quiet Rapid Silver Tidy Urban Vivid Wild")
	nouns      = strings.Fields("Anvil Bakery Canvas Dynamo Engine Foundry Garden Harbor Island Junction Kiln Lantern Mill Needle Orchard Press Quarry River Studio Tower Union Works")
	countries  = []struct{ code, currency, calling string }{
		{"US", "usd", "1"}, {"US", "usd", "1"}, {"DE", "eur", "49"}, {"FR", "eur", "33"}, {"GB", "gbp", "44"}, {"JP", "jpy", "81"},
	}
)

// world makes customer n of a seed: the same one for every source.
func world(seed uint64, n int) customer {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	land := countries[rng.IntN(len(countries))]
	c := customer{n: n, country: land.code, currency: land.currency}
	span := end.Sub(begin) - 60*24*time.Hour
	c.start = begin.Add(time.Duration(rng.Int64N(int64(span)))).Truncate(time.Second)

	size := 1
	if rng.IntN(10) < 7 {
		adjective, noun := pick(adjectives), pick(nouns)
		c.company = adjective + " " + noun
		c.domain = strings.ToLower(fmt.Sprintf("%s-%s-%d.example", adjective, noun, n))
		size = 1 + rng.IntN(4)
		if rng.IntN(25) == 0 {
			c.newDomain = strings.ToLower(fmt.Sprintf("%s-group-%d.example", noun, n))
		}
		if rng.IntN(4) == 0 {
			c.shared = "office@" + c.domain
		}
	}
	for i := range size {
		p := person{first: pick(firstNames), last: pick(lastNames)}
		local := ascii(p.first) + "." + ascii(p.last)
		if i > 0 {
			local = fmt.Sprintf("%s%d", local, i)
		}
		if c.domain != "" {
			p.email = local + "@" + c.domain
		} else {
			p.email = fmt.Sprintf("%s.%d@gmail.com", local, n)
		}
		if rng.IntN(3) == 0 {
			p.personal = fmt.Sprintf("%s.%d.%d@outlook.com", local, n, i)
		}
		if p.personal != "" || rng.IntN(3) > 0 {
			p.phone = fmt.Sprintf("+%s555%07d%d", land.calling, n, i)
		}
		c.people = append(c.people, p)
	}
	c.rng = rng
	return c
}

// forSource gives the customer a random stream of its own in one source, so
// that a change in one source's story leaves the others as they were.
func (c customer) forSource(seed, source uint64) customer {
	c.rng = rand.New(rand.NewPCG(seed^(source*0x9e3779b97f4a7c15), uint64(c.n)))
	return c
}

// later returns an instant up to days after t, in working hours, never past the
// story's end.
func (c customer) later(t time.Time, days int) time.Time {
	at := t.Add(time.Duration(1+c.rng.IntN(days*24*60)) * time.Minute).Truncate(time.Second)
	if at.After(end) {
		return end
	}
	return at
}

// anyone picks one of the customer's people.
func (c customer) anyone() person { return c.people[c.rng.IntN(len(c.people))] }

// ascii makes a name fit for an address.
func ascii(name string) string {
	return strings.NewReplacer("á", "a", "é", "e", "ë", "e", "ø", "o", "í", "i", "ü", "u", "'", "").Replace(strings.ToLower(name))
}
