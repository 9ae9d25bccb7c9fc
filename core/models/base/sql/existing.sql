-- All versions of the records of a relation that another tool filled. Versions are
-- distinguished by their times, and those of equal times by their content, as versions of loaded rows are;
-- a loader's sequence comes before the content. `row` is how the relation's columns make an envelope. `mapped` and `remapped` are one text twice, each read
-- once, so that no engine keeps a copy of the wide rows. Rows of records with a single version,
-- nearly all, go straight through; only the others are ranked.
with ids as (
  select row.record_id as record_id, coalesce(row.connection, '') as connection
  from raw.loaded as r
  where all row.object as o (o.is_object)
),
several as (
  select connection, record_id
  from ids
  where record_id is not null
  group by connection, record_id
  having count(*) > 1
),
mapped as (
  select
    row.record as record, row.record_id as record_id,
    coalesce(row.ingested_at, timestamp '1970-01-01') as _ingested_at, row.updated_at as _source_updated_at, row.deleted as _deleted,
    row.connection as _connection, row.account as _account, row.api_version as _api_version, coalesce(row.format, row.shape) as _format,
    row.sequence as sequence, row.active as active
  from raw.loaded as r
  where all row.object as o (o.is_object)
),
remapped as (
  select
    row.record as record, row.record_id as record_id,
    coalesce(row.ingested_at, timestamp '1970-01-01') as _ingested_at, row.updated_at as _source_updated_at, row.deleted as _deleted,
    row.connection as _connection, row.account as _account, row.api_version as _api_version, coalesce(row.format, row.shape) as _format,
    row.sequence as sequence, row.active as active
  from raw.loaded as r
  where all row.object as o (o.is_object)
),
counted as (
  select
    a.*, s.connection, count(*) over (partition by s.connection, a.record_id, a._source_updated_at, a._ingested_at, a._deleted) as n_rows
  from remapped as a
  join several as s on s.connection = coalesce(a._connection, '') and s.record_id = a.record_id
),
contents as (
  -- only of rows that their times do not distinguish the content is read
  select
    *, case when n_rows > 1 then concat(content_of(record, _account, _api_version, _format), case when active then '' else ' ended' end) end as content
  from counted
),
kept as (
  select *
  from contents
  qualify row_number() over (
    partition by connection, record_id, _source_updated_at, _ingested_at, _deleted, content
    order by sequence_key(sequence) desc
  ) = 1
),
flat as (
  select content, flat_text(record) as text
  from kept
  where content is not null
),
distinct_flat as (
  select distinct content, text
  from flat
),
split_texts as (
  select f.content, p.text, tail_of(p.text) as tail, number_of(p.text) as number
  from distinct_flat as f
  cross join unnest(split(f.text, ',')) as p(text)
  where trim(p.text) <> ''
),
pieces as (
  select content, piece_of(text, tail, number) as piece
  from split_texts
),
sums as (
  select content, piece_sum(piece, 0) as sum_0, piece_sum(piece, 1) as sum_1
  from pieces
  group by content
),
timed as (
  -- A tombstone without a time of its own is from when it was seen; of one of which that is not known either, only that it is the end.
  select
    k.*, s.sum_0, s.sum_1,
    case when k._source_updated_at is null and k._deleted then nullif(k._ingested_at, timestamp '1970-01-01') else k._source_updated_at end as clock
  from kept as k
  left join sums as s on s.content = k.content
),
ranked as (
  select
    *,
    row_number() over (
      partition by connection, record_id
      order by case when clock is null then case when _deleted then 2 else 0 end else 1 end, clock, _ingested_at, case when _deleted then 1 else 0 end,
        _source_updated_at, sequence_key(sequence), sum_0, sum_1, content
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
