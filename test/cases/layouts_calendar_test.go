package cases_test

import (
	"strings"
	"testing"
	"unicode"
)

// TestCalendarLayouts: the demo's calendars in the layouts that the adapter's README lists.
func TestCalendarLayouts(t *testing.T) { testLayouts(t, calendarLayouts()) }

func calendarLayouts() sourceLayouts {
	return sourceLayouts{
		plugin: "calendar", config: "internal_domains: [lumenworks.example]", least: 400, files: map[string]string{"events": "events.ndjson"},
		layouts: []layout{
			{name: "events", lay: everyTable(", preset: nexus", func(_ string, r rawRecord) members {
				return members{"_ingested_at": r.at, "_connection": r.connection, "record": r.record}
			})},
			{name: "flattened columns", of: "events", kept: true, lay: everyTable(", columns: {_ingested_at: read_at}", func(_ string, r rawRecord) members {
				return joined(listsAsText(flat(snaked(r.record), "_")), members{"calendar_id": r.connection, "read_at": r.at})
			})},
			{name: "snake case", of: "events", lay: everyTable(", preset: nexus", func(_ string, r rawRecord) members {
				return members{"_ingested_at": r.at, "_connection": r.connection, "record": snaked(r.record)}
			})},
			{name: "Airbyte raw", of: "events", lay: everyTable(", preset: airbyte_raw", func(_ string, r rawRecord) members {
				return airbyteRaw(rawRecord{r.connection, r.at, joined(r.record, members{"calendar_id": r.connection})})
			})},
			{name: "text columns", of: "events", lay: everyTable(", preset: airbyte_typed", func(_ string, r rawRecord) members {
				row := listsAsText(airbyteTyped(r))
				for name, v := range row {
					if o, ok := v.(members); ok && !strings.HasPrefix(name, "_") {
						row[name] = jsonText(o)
					}
				}
				return joined(row, members{"calendar_id": r.connection})
			})},
			{name: "Nango", of: "events", lay: everyTable(", preset: nango", func(_ string, r rawRecord) members { return nangoRecord(r, r.record) })},
			{name: "list pages", of: "events", lay: calendarPages},
		},
	}
}

// snaked has the members' names in snake case.
func snaked(o members) members {
	named, _ := renamedMembers(o, func(name string) string {
		var out strings.Builder
		for i, c := range strings.Replace(name, "iCalUID", "icalUid", 1) {
			if unicode.IsUpper(c) && i > 0 {
				out.WriteByte('_')
			}
			out.WriteRune(unicode.ToLower(c))
		}
		return out.String()
	}).(members)
	return named
}

// calendarPages are responses of events.list, several to a calendar: a page for each time at which the calendar was read.
func calendarPages(tables map[string][]rawRecord) map[string]laidTable {
	files := map[string]any{}
	for _, r := range tables["events"] {
		pages, _ := files[r.connection].([]any)
		files[r.connection] = append(pages, joined(r.record, members{"read_at": r.at}))
	}
	for calendar, items := range files {
		files[calendar] = members{"kind": "calendar#events", "summary": calendar, "timeZone": "UTC", "nextSyncToken": "t", "items": items}
	}
	return map[string]laidTable{"events": {settings: ", connection: {from: path}, columns: {_ingested_at: read_at}", files: files}}
}
