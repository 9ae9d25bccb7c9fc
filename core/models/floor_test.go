package models_test

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// Resolution and states beside the least that somebody could do who knows the question: a union-find in plain Go, window functions
// written by hand. Both read the same rows of text in a file and write the same table to it. `just bench` prints BenchmarkFloors.

// floor is one measurement and what it is held against.
type floor struct {
	name  string
	n     int
	fill  func(tg *coretest.Target, n int)
	ours  func(t testing.TB, tg *coretest.Target)
	plain func(t testing.TB, tg *coretest.Target, db *stdsql.DB)
	// tables are ours and those of the other side, in its order, and the columns that both have.
	tables []floorTable
}

type floorTable struct{ ours, plain, columns string }

func floors(links, changes int) (list []floor) {
	for _, shape := range benchNames() {
		list = append(list, floor{
			name: "links/" + shape, n: links,
			fill: func(tg *coretest.Target, n int) {
				fill(tg, strings.ReplaceAll(benchShapes[shape], "{n}", strconv.Itoa(n)))
			},
			ours: func(t testing.TB, tg *coretest.Target) {
				nodes, err := identity.Nodes(identityProject(spec.Resolution{FreeMailDomains: true}), identity.Options{
					Recursion: map[sql.RecursionForm]bool{sql.RecurseKeyed: true}, OneProcess: true,
				})
				if err != nil {
					t.Fatal(err)
				}
				tg.Build(nodes)
			},
			plain:  unionFind,
			tables: []floorTable{{contract.TableResolved, "floor_resolved", "*"}},
		})
	}
	return append(list, floor{
		name: "states", n: changes, fill: fillChanges,
		ours: func(t testing.TB, tg *coretest.Target) {
			var names eventlog.Names
			for _, n := range []string{"plan", "known", "score"} {
				names.Add(eventlog.StateChanges, n, states[n].category)
			}
			tg.Build(nodes(t, &spec.Spec{Sources: []spec.Source{{
				Name: "crm", EntityTypes: []spec.EntityType{{Name: "person", Resolution: true}},
				States: []spec.State{{Name: "plan", Category: "dimension"}, {Name: "known", Category: "dimension"}, {Name: "score", Category: "measurement"}},
			}}}, names))
		},
		plain: windows,
		tables: []floorTable{
			{contract.TableStates, "floor_states", "entity_id, state_name, state_value, state_numeric_value, state_entered_at, state_exited_at, is_current, trigger_event_id"},
			{contract.TableEntityStates, "floor_entity_states", "entity_id, plan, known, score, score_delta, valid_from, valid_to, is_current"},
			{contract.TableStateParticipants, "floor_participants", "event_id, entity_id, entity_type, occurred_at, entity_state_id is null"},
		},
	})
}

// The floors are no lower than they may be: they give the same rows.
func TestFloors(t *testing.T) {
	tier.Full(t)
	for _, f := range floors(300, 2000) {
		t.Run(f.name, func(t *testing.T) {
			tg, db := target.File(t, filepath.Join(t.TempDir(), "floor.duckdb"))
			f.fill(tg, f.n)
			f.ours(t, tg)
			f.plain(t, tg, db)
			for _, table := range f.tables {
				tg.Exec(fmt.Sprintf("create or replace table difference as (select %[3]s from %[1]s except all select %[3]s from %[2]s) union all (select %[3]s from %[2]s except all select %[3]s from %[1]s)",
					table.ours, table.plain, table.columns))
				if rows := tg.Rows("difference"); len(rows) > 0 {
					t.Errorf("%d rows are of one of %s and %s only, such as %v", len(rows), table.ours, table.plain, rows[0])
				}
				tg.Exec("create or replace table size as select count(*) as n from " + table.plain)
				if rows := tg.Rows("size"); rows[0][0] == int64(0) {
					t.Errorf("%s is empty", table.plain)
				}
			}
		})
	}
}

// BenchmarkFloors reports processor seconds, and the most memory in use, of both sides of each floor. log-cpu-s is what of ours
// goes into tables that the other side does not make.
func BenchmarkFloors(b *testing.B) {
	n := 1_000_000
	if given, err := strconv.Atoi(os.Getenv("NEXUS_BENCH_ROWS")); err == nil {
		n = given
	}
	for _, f := range floors(n, n) {
		b.Run(f.name+"/ours", func(b *testing.B) {
			f.measure(b, func(tg *coretest.Target, _ *stdsql.DB) { f.ours(b, tg) })
		})
		b.Run(f.name+"/floor", func(b *testing.B) {
			f.measure(b, func(tg *coretest.Target, db *stdsql.DB) { f.plain(b, tg, db) })
		})
	}
}

func (f *floor) measure(b *testing.B, work func(*coretest.Target, *stdsql.DB)) {
	for b.Loop() {
		b.StopTimer()
		tg, db := target.File(b, filepath.Join(b.TempDir(), "floor.duckdb"))
		f.fill(tg, f.n)
		for _, statement := range []string{"checkpoint", "SET memory_limit = '100MB'", "SET memory_limit = '4GB'"} {
			tg.Exec(statement) // the input is read from the file
		}
		start := cpu()
		logged, last := time.Duration(0), start
		tg.Trace = func(statement string, _ time.Duration) {
			now, head := cpu(), statement[:min(len(statement), 80)]
			if strings.Contains(head, contract.TableEdges) || strings.Contains(head, contract.TableResolutionLog) {
				logged += now - last
			}
			last = now
		}
		forgetPeak()
		b.StartTimer()
		work(tg, db)
		b.StopTimer()
		b.ReportMetric((cpu() - start).Seconds(), "cpu-s")
		b.ReportMetric(logged.Seconds(), "log-cpu-s")
		b.ReportMetric(peak(), "peak-MB")
		b.StartTimer()
	}
}

// forgetPeak begins the measurement of the most memory in use anew, where the system can do that.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // not there: peak counts from the start
}

// peak is the most memory in use since forgetPeak, in MB; 0 where the system does not say.
func peak() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes float64
	if _, err := fmt.Sscanf(rest, "%f kB", &kilobytes); err != nil {
		return 0
	}
	return kilobytes / 1024
}

// unionFind resolves identifiers in maps and slices: rows from the driver, one after the other, and the table by its appender.
func unionFind(t testing.TB, _ *coretest.Target, db *stdsql.DB) {
	ctx := t.Context()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	u := forest{numbers: map[ident]int32{}}
	if err := u.read(ctx, conn); err != nil {
		t.Fatal(err)
	}
	if err := u.write(ctx, conn); err != nil {
		t.Fatal(err)
	}
}

// forest is a union-find of identifiers.
type forest struct {
	numbers map[ident]int32
	nodes   []floorNode
	parent  []int32
}

type floorNode struct {
	id          ident
	first, last time.Time
	events      int64
}

func (u *forest) find(x int32) int32 {
	for u.parent[x] != x {
		u.parent[x] = u.parent[u.parent[x]]
		x = u.parent[x]
	}
	return x
}

func (u *forest) read(ctx context.Context, conn *stdsql.Conn) error {
	rows, err := conn.QueryContext(ctx, "select entity_type, identifier_type, normalized_value, event_id, edge_id, occurred_at from nexus_entity_identifiers")
	if err != nil {
		return err
	}
	defer rows.Close()
	type sighting struct{ node, event int32 }
	edges, events, seen := map[string]int32{}, map[string]int32{}, map[sighting]struct{}{}
	for rows.Next() {
		var id ident
		var event, edge string
		var at time.Time
		if err := rows.Scan(&id.entity, &id.typ, &id.value, &event, &edge, &at); err != nil {
			return err
		}
		node, known := u.numbers[id]
		if !known {
			node = int32(len(u.nodes))
			u.numbers[id] = node
			u.nodes, u.parent = append(u.nodes, floorNode{id: id, first: at, last: at}), append(u.parent, node)
		}
		e, known := events[event]
		if !known {
			e = int32(len(events))
			events[event] = e
		}
		n := &u.nodes[node]
		if _, known := seen[sighting{node, e}]; !known {
			seen[sighting{node, e}] = struct{}{}
			n.events++
		}
		if at.Before(n.first) {
			n.first = at
		}
		if at.After(n.last) {
			n.last = at
		}
		if other, known := edges[edge]; known {
			u.parent[u.find(node)] = u.find(other)
		} else {
			edges[edge] = node
		}
	}
	return rows.Err()
}

func (u *forest) write(ctx context.Context, conn *stdsql.Conn) error {
	least := make([]int32, len(u.nodes))
	for i := range least {
		least[i] = int32(i)
	}
	for i := range u.nodes {
		if root := u.find(int32(i)); u.nodes[i].id.compare(u.nodes[least[root]].id) < 0 {
			least[root] = int32(i)
		}
	}
	ids := map[int32]string{}
	if _, err := conn.ExecContext(ctx, "create table floor_resolved as select * from (select '' as entity_type, '' as identifier_type, '' as normalized_value, '' as entity_id, "+
		"timestamp '2024-01-01' as first_seen_at, timestamp '2024-01-01' as last_seen_at, cast(0 as bigint) as n_events) where false"); err != nil {
		return err
	}
	return conn.Raw(func(raw any) error {
		a, err := duckdb.NewAppenderFromConn(raw.(driver.Conn), "", "floor_resolved")
		if err != nil {
			return err
		}
		for i := range u.nodes {
			n, root := &u.nodes[i], u.find(int32(i))
			id, known := ids[root]
			if !known {
				id = freshID(u.nodes[least[root]].id, 0)
				ids[root] = id
			}
			if err := a.AppendRow(n.id.entity, n.id.typ, n.id.value, id, n.first, n.last, n.events); err != nil {
				return cmp.Or(a.Close(), err)
			}
		}
		return a.Close()
	})
}

// fillChanges are n changes of three states of n/20 persons, each person under two identifiers, and an event each.
func fillChanges(tg *coretest.Target, n int) {
	load(tg, nil, nil)
	persons := max(n/20, 1)
	tg.Exec(fmt.Sprintf(`insert into changes select 'evt_' || md5(i::text), 'person', 'email', 'p' || (i * 7919 %% %[2]d) || '-' || (i %% 2) || '@x.com',
		case i %% 3 when 0 then 'plan' when 1 then 'known' else 'score' end, null, 'value ' || (i * 31 %% 17), null, null, 'crm',
		timestamp '2024-01-01' + to_seconds(i * 60), timestamp '2025-01-01' from range(%[1]d) r(i)`, n, persons))
	tg.Exec("update changes set state_number = substr(state_value, 7), state_value = null where state_name = 'score'")
	tg.Exec(fmt.Sprintf(`insert into nexus_resolved_identifiers select 'person', 'email', 'p' || i || '-' || j || '@x.com', 'per_' || md5(i::text),
		timestamp '2024-01-01', timestamp '2024-01-01', 1 from range(%d) r(i), range(2) s(j)`, persons))
	tg.Exec(`insert into nexus_entity_participants select 'ent_ptc_' || md5(c.event_id), c.event_id, r.entity_id, 'person', 'owner', c.occurred_at, c._ingested_at
		from changes c join nexus_resolved_identifiers r using (entity_type, identifier_type, normalized_value)`)
}

// windows makes the states' tables by window functions, for these three states as they are.
func windows(_ testing.TB, tg *coretest.Target, _ *stdsql.DB) {
	for _, statement := range []string{
		`create temp table spans as with last as (
			select r.entity_id, c.entity_type, c.state_name, c.occurred_at, coalesce(c.state_value, c.state_number) as value, cast(c.state_number as decimal(38, 9)) as number, c.event_id, c.source
			from changes c join nexus_resolved_identifiers r using (entity_type, identifier_type, normalized_value)
			qualify row_number() over (partition by r.entity_id, c.state_name, c.occurred_at order by c._ingested_at desc, c.source desc, c.event_id desc) = 1
		) select * from last qualify value is distinct from lag(value) over (partition by entity_id, state_name order by occurred_at)`,
		`create table floor_states as select 'st_' || md5(entity_id || state_name || occurred_at) as state_id, entity_id, entity_type, state_name,
			case state_name when 'score' then 'measurement' else 'dimension' end as state_category,
			value as state_value, number as state_numeric_value, cast(null as text) as value_unit, cast(null as date) as rate_date,
			occurred_at as state_entered_at, lead(occurred_at) over w as state_exited_at, lead(occurred_at) over w is null as is_current,
			event_id as trigger_event_id, source, timestamp '2030-01-01' as _processed_at
			from spans window w as (partition by entity_id, state_name order by occurred_at)`,
		`create table floor_entity_states as with moments as (
			select entity_id, entity_type, occurred_at as valid_from, max(value) filter (where state_name = 'plan') as plan, max(value) filter (where state_name = 'known') as known,
				max(number) as score
			from spans group by all
		), filled as (
			select 'es_' || md5(entity_id || valid_from) as entity_state_id, entity_id, entity_type, valid_from, lead(valid_from) over w as valid_to,
				last_value(plan ignore nulls) over w as plan, last_value(known ignore nulls) over w as known, last_value(score ignore nulls) over w as score
			from moments window w as (partition by entity_id order by valid_from)
		) select entity_state_id, entity_id, entity_type, plan, known, score, coalesce(score, 0) - coalesce(lag(score) over w, 0) as score_delta,
			valid_from, valid_to, valid_to is null as is_current, lag(entity_state_id) over w as previous_entity_state_id, timestamp '2030-01-01' as _processed_at
			from filled window w as (partition by entity_id order by valid_from)`,
		`create table floor_participants as with line as (
			select entity_id, valid_from as moment, 0 as kind, entity_state_id, previous_entity_state_id, cast(null as text) as event_id from floor_entity_states
			union all
			select entity_id, min(occurred_at), 1, null, null, event_id from nexus_entity_participants group by entity_id, event_id
		), looked as (
			select entity_id, moment, kind, event_id, last_value(case kind when 0 then moment end ignore nulls) over w as valid_from,
				last_value(entity_state_id ignore nulls) over w as entity_state_id,
				last_value(case kind when 0 then coalesce(previous_entity_state_id, '') end ignore nulls) over w as previous
			from line window w as (partition by entity_id order by moment, kind)
		) select event_id, entity_id, 'person' as entity_type, moment as occurred_at,
			case when valid_from = moment then nullif(previous, '') else entity_state_id end as entity_state_id,
			entity_state_id as entity_state_id_after, timestamp '2030-01-01' as _processed_at
			from looked where kind = 1 and entity_state_id is not null`,
	} {
		tg.Exec(statement)
	}
}
