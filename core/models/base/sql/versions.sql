-- Which version of its record each loaded row is. Rows of records with a single
-- version, nearly all, go straight through; only the others are read again
-- for their times and ranked. A version that was loaded twice with the same
-- times counts once, as its last row.
with ids as (
  select r._row, given_id(r.record_id, r.record) as record_id, coalesce(r._connection, '') as connection
  from raw.loaded as r
),
counted as (
  select connection, record_id, count(*) as n, max(_row) as _row
  from ids
  where record_id is not null
  group by connection, record_id
),
several as (
  select i._row, i.connection, i.record_id
  from counted as c
  join ids as i on i.connection = c.connection and i.record_id = c.record_id
  where c.n > 1
),
times as (
  select
    s._row, s.connection, s.record_id,
    given_time(r._source_updated_at, r.record) as updated_at,
    coalesce(r._ingested_at, timestamp '1970-01-01') as ingested_at,
    tombstone_rank(r._deleted) as deleted
  from several as s
  join raw.loaded as r on r._row = s._row
),
distinct_times as (
  select connection, record_id, updated_at, ingested_at, deleted, max(_row) as _row
  from times
  group by connection, record_id, updated_at, ingested_at, deleted
),
clocks as (
  -- A tombstone without a time of its own is from when it was seen; of one of which that is not known either, only that it is the end.
  select
    _row, connection, record_id, ingested_at, deleted,
    case when updated_at is null and deleted = 1 then nullif(ingested_at, timestamp '1970-01-01') else updated_at end as clock
  from distinct_times
),
ranked as (
  select
    _row, record_id,
    row_number() over (
      partition by connection, record_id
      order by case when clock is null then 2 * deleted else 1 end, clock, ingested_at, deleted, _row
    ) as _version,
    count(*) over (partition by connection, record_id) as n
  from clocks
)
select _row, record_id, 1 as _version, true as _is_latest
from counted
where n = 1
union all
select _row, record_id, _version, _version = n
from ranked
union all
-- Rows without an id: rejected, but counted.
select _row, record_id, null, false
from ids
where record_id is null
