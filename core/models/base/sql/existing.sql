-- All versions of the records of a relation that another tool filled. Such a
-- relation numbers no rows, so versions are told apart by their times, and those of
-- equal times by tie: the tool's own row id, or what the row holds. `ids`,
-- `mapped` and `again` are made of the relation's columns; each wide one is
-- read once, so that no engine keeps a copy of it. Rows of records with a single version,
-- nearly all, go straight through; the others alone are ranked.
with ids as (
  select record_id, coalesce(_connection, '') as connection from raw.loaded
),
several as (
  select connection, record_id
  from ids
  where record_id is not null
  group by connection, record_id
  having count(*) > 1
),
mapped as (
  select record, record_id, _ingested_at, _source_updated_at, _deleted, _connection, _account, _api_version, _format, tie, active
  from raw.loaded
),
again as (
  select record, record_id, _ingested_at, _source_updated_at, _deleted, _connection, _account, _api_version, _format, tie, active
  from raw.loaded
),
kept as (
  select a.*, s.connection
  from again as a
  join several as s on s.connection = coalesce(a._connection, '') and s.record_id = a.record_id
  qualify row_number() over (
    partition by s.connection, a.record_id, a._source_updated_at, a._ingested_at, a._deleted
    order by a.tie desc
  ) = 1
),
timed as (
  -- A tombstone without a time of its own is from when it was seen.
  select *, case when _source_updated_at is null and _deleted then _ingested_at else _source_updated_at end as clock
  from kept
),
ranked as (
  select
    *,
    row_number() over (
      partition by connection, record_id
      order by case when clock is null then 0 else 1 end, clock, _ingested_at, case when _deleted then 1 else 0 end, tie
    ) as _version,
    count(*) over (partition by connection, record_id) as n
  from timed
)
select
  m.record, m.record_id, m._ingested_at, m._source_updated_at, m._deleted or not m.active as _deleted,
  m._connection, m._account, m._api_version, m._format, 1 as _version, true as _is_latest
from mapped as m
left join several as s on s.connection = coalesce(m._connection, '') and s.record_id = m.record_id
where s.record_id is null and m.record_id is not null
union all
select
  record, record_id, _ingested_at, _source_updated_at, _deleted or (_version = n and not active),
  _connection, _account, _api_version, _format, _version, _version = n
from ranked
