-- Which version of its record each loaded row is. Rows of records with a single
-- version, nearly all, go straight through; only the others are read again
-- for their times and ranked. A version that was loaded twice, with the same times and the same
-- content, counts once. Of versions with the same times each counts, in the order of a loader's sequence, else of
-- their content: the order of rows plays no part.
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
  select connection, record_id, updated_at, ingested_at, deleted, max(_row) as _row, count(*) as n
  from times
  group by connection, record_id, updated_at, ingested_at, deleted
),
tied as (
  -- rows that their times do not distinguish; only of these the content is read
  select t._row, t.connection, t.record_id, t.updated_at, t.ingested_at, t.deleted
  from distinct_times as d
  join times as t
    on t.connection = d.connection and t.record_id = d.record_id and t.ingested_at = d.ingested_at and t.deleted = d.deleted
    and t.updated_at is not distinct from d.updated_at
  where d.n > 1
),
contents as (
  select
    t._row, t.connection, t.record_id, t.updated_at, t.ingested_at, t.deleted,
    sequence_of(r.record) as sequence, content_of(r.record, r._account, r._api_version, r._format) as content
  from tied as t
  join raw.loaded as r on r._row = t._row
),
distinct_contents as (
  select _row, connection, record_id, updated_at, ingested_at, deleted, sequence_key(sequence) as sequence, content
  from contents
  qualify row_number() over (
    partition by connection, record_id, updated_at, ingested_at, deleted, content
    order by sequence_key(sequence) desc, _row desc
  ) = 1
),
rivals as (
  select *, count(*) over (partition by connection, record_id, updated_at, ingested_at, deleted) as n
  from distinct_contents
),
split_texts as (
  select v._row, p.text, tail_of(p.text) as tail, number_of(p.text) as number
  from rivals as v
  join raw.loaded as r on r._row = v._row
  cross join unnest(split(flat_text(r.record), ',')) as p(text)
  where v.n > 1 and trim(p.text) <> ''
),
pieces as (
  select _row, piece_of(text, tail, number) as piece
  from split_texts
),
sums as (
  select _row, piece_sum(piece, 0) as sum_0, piece_sum(piece, 1) as sum_1
  from pieces
  group by _row
),
distinct_versions as (
  select _row, connection, record_id, updated_at, ingested_at, deleted, cast(null as text) as sequence, cast(null as bigint) as sum_0, cast(null as bigint) as sum_1, cast(null as text) as content
  from distinct_times
  where n = 1
  union all
  select v._row, v.connection, v.record_id, v.updated_at, v.ingested_at, v.deleted, v.sequence, s.sum_0, s.sum_1, v.content
  from rivals as v
  left join sums as s on s._row = v._row
),
clocks as (
  -- A tombstone without a time of its own is from when it was seen; of one of which that is not known either, only that it is the end.
  select
    *, case when updated_at is null and deleted = 1 then nullif(ingested_at, timestamp '1970-01-01') else updated_at end as clock
  from distinct_versions
),
ranked as (
  select
    _row, record_id,
    row_number() over (
      partition by connection, record_id
      order by case when clock is null then 2 * deleted else 1 end, clock, ingested_at, deleted, updated_at, sequence, sum_0, sum_1, content
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
