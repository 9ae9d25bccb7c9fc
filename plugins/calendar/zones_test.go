package calendar_test

import (
	"strconv"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/plugins/calendar"
)

// TestZones holds the table of zones against Go's, at every noon of a year. Morocco
// only differs, in Ramadan: its clocks follow the moon.
func TestZones(t *testing.T) {
	s := plugintest.New(t, calendar.Plugin(), plugintest.Options{})
	rows := s.Rows("time_zones")
	if len(rows) < 300 {
		t.Errorf("%d zones", len(rows))
	}
	seen := map[string]bool{}
	for _, r := range rows {
		name := r.Text("zone")
		if seen[name] {
			t.Errorf("%s occurs twice", name)
		}
		seen[name] = true
		zone, err := time.LoadLocation(name)
		if err != nil {
			if name != "Z" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		for day := time.Date(2025, 1, 1, 12, 0, 0, 0, zone); day.Year() == 2025; day = day.AddDate(0, 0, 1) {
			_, want := day.Zone()
			if got := offset(t, r, day); got*60 != want && name != "Africa/Casablanca" {
				t.Errorf("%s on %s: %d minutes, Go has %d", name, day.Format(time.DateOnly), got, want/60)
				break
			}
		}
	}
}

// offset reads a row of the table as event_versions.sql does.
func offset(t *testing.T, r plugintest.Row, local time.Time) int {
	t.Helper()
	number := func(column string) int {
		n, err := strconv.Atoi(r.Text(column))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	minutes := number("offset_minutes")
	if r.Text("begins_after") == "NULL" {
		return minutes
	}
	change := func(after, minute string) time.Time {
		day, err := time.Parse(time.DateOnly, strconv.Itoa(local.Year())+"-"+r.Text(after))
		if err != nil {
			t.Fatal(err)
		}
		day = day.AddDate(0, 0, (7-int(day.Weekday()))%7)
		return day.Add(time.Duration(number(minute)) * time.Minute)
	}
	begins, ends := change("begins_after", "begins_minute"), change("ends_after", "ends_minute")
	wall := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
	shift := number("shift_minutes")
	begins = begins.Add(time.Duration(shift) * time.Minute) // what is skipped is read as before it
	summer := !wall.Before(begins) && wall.Before(ends)
	if r.Text("begins_after") > r.Text("ends_after") {
		summer = !wall.Before(begins) || wall.Before(ends)
	}
	if summer {
		return minutes + shift
	}
	return minutes
}
