package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/host"
)

// printTables prints the published tables; as JSON, also what was rejected and found.
func (a *app) printTables(rep *host.Report) error {
	tables := tablesOf(rep)
	if a.format != "json" {
		return tables.print(a.out, a.format)
	}
	type table struct {
		Table  string `json:"table"`
		Rows   int64  `json:"rows"`
		Digest string `json:"digest"`
	}
	out := struct {
		Tables   []table         `json:"tables"`
		Rejected []host.Rejected `json:"rejected"`
		Findings []host.Finding  `json:"findings"`
	}{Tables: []table{}, Rejected: rep.Rejected, Findings: rep.Findings}
	for _, r := range tables.rows {
		out.Tables = append(out.Tables, table{r[0].(string), r[1].(int64), r[2].(string)})
	}
	text, err := indented(out)
	if err != nil {
		return err
	}
	_, err = a.out.Write(text)
	return err
}

// printRejected prints which raw rows were rejected, and why.
func (a *app) printRejected(rep *host.Report) {
	if rep.RejectedRows() == 0 || a.quiet || a.format != "table" {
		return
	}
	were := "were"
	if rep.RejectedRows() == 1 {
		were = "was"
	}
	fmt.Fprintf(a.err, "\n%s %s rejected:\n", plural(rep.RejectedRows(), "raw row"), were)
	for _, r := range rep.Rejected {
		where := ""
		if len(r.Examples) > 0 {
			where = fmt.Sprintf(", such as %s", r.Examples[0])
		}
		fmt.Fprintf(a.err, "  %s.%s: %d × %s%s\n", r.Source, r.Table, r.Rows, r.Reason, where)
	}
}

// kindOf is what findings are printed by: one line each.
type kindOf struct{ source, reason string }

// printFindings prints what was left out, could not be read or was chosen between, by source and reason.
func (a *app) printFindings(rep *host.Report) {
	if a.quiet || a.format != "table" {
		return
	}
	rejected := map[host.Finding]bool{}
	for _, r := range rep.Rejected {
		rejected[host.Finding{Table: r.Table, Source: r.Source, Reason: r.Reason}] = true
	}
	byKind := map[kindOf][]host.Finding{}
	for _, f := range rep.Findings {
		if !rejected[host.Finding{Table: f.Table, Source: f.Source, Reason: f.Reason}] {
			k := kindOf{f.Source, f.Reason}
			byKind[k] = append(byKind[k], f)
		}
	}
	if len(byKind) == 0 {
		return
	}
	var kinds []kindOf
	for k := range byKind {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(x, y kindOf) int {
		return cmp.Or(strings.Compare(x.source, y.source), strings.Compare(x.reason, y.reason))
	})
	fmt.Fprintf(a.err, "\nFindings (all of them are in nexus_findings; docs/semantics.md explains the reasons):\n")
	for _, k := range kinds {
		fmt.Fprintf(a.err, "  %s: %s\n", k.source, findingLine(byKind[k]))
	}
	a.printCountedTwice(rep)
}

// printCountedTwice says which measurements are in the totals twice, because two sources have read the same records.
func (a *app) printCountedTwice(rep *host.Report) {
	var names []string
	for _, f := range rep.Findings {
		if f.Reason == "counted_twice" {
			names = append(names, fmt.Sprintf("  %s: %s", f.Source, f.Detail))
		}
	}
	if len(names) > 0 {
		fmt.Fprintf(a.err, "\nwarning: two sources have read the same records. Totals are too high, as they count twice:\n%s\n"+
			"  Remove the table from one of the sources; if they are two accounts, give each table its connection.\n", strings.Join(names, "\n"))
	}
}

// findingLine says how many findings of one source and reason there are, where, and an example.
func findingLine(list []host.Finding) string {
	const shown = 3
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y host.Finding) int { return cmp.Compare(y.Rows, x.Rows) })
	var rows int64
	var places []string
	sample := ""
	for _, f := range list {
		rows += f.Rows
		place := f.Table
		if f.Detail != "" {
			place += " (" + f.Detail + ")"
		}
		if !slices.Contains(places, place) {
			places = append(places, place)
		}
		if sample == "" && f.Sample != "" {
			sample = ", such as " + f.Sample
		}
	}
	if more := len(places) - shown; more > 0 {
		places = append(places[:shown], fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("%d × %s in %s%s", rows, list[0].Reason, strings.Join(places, ", "), sample)
}
