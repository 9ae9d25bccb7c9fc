-- Which version of its record each loaded row is. Rows of records with a single
-- version, nearly all, go straight through; only the others are ranked. A version
-- that was loaded twice with the same times counts once, as its last row.
with keyed as (
  select
    r._row,
    given_id(r.record_id, r.record) as record_id,
    coalesce(r._connection, '') as connection,
    given_time(r._source_updated_at, r.record) as updated_at,
    coalesce(r._ingested_at, timestamp '1970-01-01') as ingested_at,
    case when r._deleted then 1 else 0 end as deleted
  from raw.loaded as r
),
counted as (
  select connection, record_id, count(*) as n, max(_row) as _row, max(updated_at) as updated_at
  from keyed
  where record_id is not null
  group by connection, record_id
),
several as (
  select k.connection, k.record_id, k.updated_at, k.ingested_at, k.deleted, max(k._row) as _row
  from counted as c
  join keyed as k on k.connection = c.connection and k.record_id = c.record_id
  where c.n > 1
  group by k.connection, k.record_id, k.updated_at, k.ingested_at, k.deleted
),
timed as (
  -- A tombstone without a time of its own is from when it was seen.
  select *, case when updated_at is null and deleted = 1 then ingested_at else updated_at end as clock
  from several
),
ranked as (
  select
    _row, record_id, updated_at,
    row_number() over (
      partition by connection, record_id
      order by case when clock is null then 0 else 1 end, clock, ingested_at, deleted, _row
    ) as _version,
    count(*) over (partition by connection, record_id) as n
  from timed
)
select _row, record_id, updated_at as _source_updated_at, 1 as _version, true as _is_latest
from counted
where n = 1
union all
select _row, record_id, updated_at, _version, _version = n
from ranked
union all
-- Rows that cannot be told from others: rejected, but counted.
select _row, record_id, updated_at, null, false
from keyed
where record_id is null
