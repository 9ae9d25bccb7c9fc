-- What is to be said of a source's tables as a whole: records that the loader did not date, times of its that cannot be read,
-- and tables from which events are read and none came.
with tables as (
  each tables as t (
    select
      t.name as table_name, t.gives as gives_events,
      sum(case when _is_latest and not _deleted then 1 else 0 end) as live,
      min(case when _is_latest and not _deleted then record_id end) as live_sample,
      sum(case when _ingested_at = timestamp '1970-01-01' then 1 else 0 end) as undated,
      min(case when _ingested_at = timestamp '1970-01-01' then record_id end) as undated_sample
    from model.t.base
  )
),
giving as (
  select source_table
  from model.nxw_events_in
  where source = given.source and fault is null
  group by source_table
)
select
  t.table_name, given.source as source, 'no_events' as reason, cast(null as text) as detail,
  cast(t.live as bigint) as n, t.live_sample as sample
from tables as t
left join giving as g on g.source_table = t.table_name
where t.gives_events and t.live > 0 and g.source_table is null
union all
select table_name, given.source, 'load_time_unknown', cast(null as text), cast(undated as bigint), undated_sample
from tables
where undated > 0
union all
each clocks as c (
  select c.name, given.source, 'unread_time', c.column, count(*), min(c.text)
  from raw.c.raw as r
  where c.is_unread
  having count(*) > 0
)
