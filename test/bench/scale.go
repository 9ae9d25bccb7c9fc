package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// shape is a project of n records of which resolution has something to fear, and the query
// whose answer says that it got them right.
type shape struct {
	name   string
	source string // YAML of the source
	file   string
	record func(i int) any
	query  string
	want   func(n int) []string // the row's values
}

var shapes = []shape{
	{
		// Each customer shares its e-mail address with one neighbour and its phone with the other.
		name:   "a chain of Stripe customers is one person",
		source: "  stripe:\n    plugin: stripe\n    config: {customer_kind: person}\n    tables:\n      customers: {files: customers.ndjson, connection: acct_1}\n",
		file:   "customers.ndjson",
		record: func(i int) any {
			return map[string]any{
				"id": fmt.Sprintf("cus_%07d", i), "object": "customer", "created": 1_700_000_000 + i, "livemode": true, "name": fmt.Sprintf("Customer %d", i),
				"email": fmt.Sprintf("p%d@chain.example", i/2), "phone": fmt.Sprintf("+4915%09d", (i+1)/2), "metadata": map[string]any{},
			}
		},
		query: "select count(distinct entity_id) as entities, count(distinct case when identifier_type = 'email' then normalized_value end) as emails from nexus_resolved_identifiers where entity_type = 'person'",
		want:  func(n int) []string { return []string{"1", fmt.Sprint((n + 1) / 2)} },
	},
	{
		// Everyone writes to one address: it stays one person and merges no others.
		name:   "a mailbox that everybody writes to is one hub",
		source: "  gmail:\n    plugin: gmail\n    config: {internal_domains: [shop.example]}\n    tables:\n      messages: {files: messages.ndjson, connection: help@shop.example}\n",
		file:   "messages.ndjson",
		record: func(i int) any {
			at := int64(1_700_000_000 + 60*i)
			header := func(name, value string) map[string]any { return map[string]any{"name": name, "value": value} }
			return map[string]any{
				"id": fmt.Sprintf("%016x", i+1), "threadId": fmt.Sprintf("%016x", i+1), "labelIds": []string{"INBOX"}, "internalDate": fmt.Sprint(at * 1000), "snippet": "Help",
				"payload": map[string]any{"mimeType": "text/plain", "headers": []any{
					header("From", fmt.Sprintf("Sender %d <s%d@senders.example>", i, i)), header("To", "Help <help@shop.example>"),
					header("Subject", "Help"), header("Message-ID", fmt.Sprintf("<m%d@senders.example>", i)),
				}},
			}
		},
		query: "select count(distinct p.entity_id) as hubs, count(distinct p.event_id) as messages, (select count(distinct entity_id) from nexus_resolved_identifiers where entity_type = 'person') as persons" +
			" from nexus_resolved_identifiers r join nexus_entity_participants p on p.entity_id = r.entity_id where r.entity_type = 'person' and r.normalized_value = 'help@shop.example'",
		want: func(n int) []string { return []string{"1", fmt.Sprint(n), fmt.Sprint(n + 1)} },
	},
}

// scaling builds each shape in several sizes and holds the result against what is right.
func (b *bench) scaling(ctx context.Context, sizes []int) error {
	if len(sizes) == 0 {
		return nil
	}
	heading("what resolution has to fear")
	table("records", "shape", "wall s", "processor s", "peak MB")
	for _, s := range shapes {
		for _, n := range sizes {
			project := filepath.Join(b.dir, "shape")
			if err := s.write(project, n); err != nil {
				return err
			}
			f, err := b.binaries[0].build(ctx, project)
			if err != nil {
				return err
			}
			if err := s.check(ctx, b.binaries[0].path, project, n); err != nil {
				return err
			}
			fmt.Printf("| %d | %s | %.1f | %.1f | %d |\n", n, s.name, f.wall.Seconds(), f.cpu.Seconds(), f.rss>>20)
			if err := os.RemoveAll(project); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *shape) write(project string, n int) error {
	if err := os.MkdirAll(project, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(project, "nexus.yaml"), []byte("name: shape\nas_of: 2025-01-01T00:00:00Z\nsources:\n"+s.source), 0o644); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(project, s.file))
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	for i := range n {
		if err := enc.Encode(s.record(i)); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (s *shape) check(ctx context.Context, binary, project string, n int) error {
	out, err := exec.CommandContext(ctx, binary, "query", s.query, "--project", project, "--format", "csv").Output()
	if err != nil {
		return fmt.Errorf("%s: query: %w", s.name, err)
	}
	_, row, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if want := strings.Join(s.want(n), ","); row != want {
		return fmt.Errorf("%s: %d records give %s, want %s", s.name, n, row, want)
	}
	return nil
}
