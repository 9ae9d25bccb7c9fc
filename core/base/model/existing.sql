-- All versions of the records of a relation that another tool filled. Such a
-- relation numbers no rows, so versions are told apart by their times, and those of equal
-- times by tie, the tool's own row id or what the row holds. `mapped` is
-- made of the relation's columns.
with mapped as (
  select record, record_id, _ingested_at, _source_updated_at, _deleted, _connection, _account, _api_version, _format, tie, active
  from raw.loaded
),
several as (
  select coalesce(_connection, '') as connection, record_id
  from mapped
  where record_id is not null
  group by coalesce(_connection, ''), record_id
  having count(*) > 1
),
kept as (
  select m.*
  from mapped as m
  join several as s on s.connection = coalesce(m._connection, '') and s.record_id = m.record_id
  qualify row_number() over (
    partition by coalesce(m._connection, ''), m.record_id, m._source_updated_at, m._ingested_at, m._deleted
    order by m.tie desc
  ) = 1
),
timed as (
  select
    *, coalesce(_connection, '') as connection,
    case when _source_updated_at is null and _deleted then _ingested_at else _source_updated_at end as clock
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
