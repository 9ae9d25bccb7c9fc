-- Their events numbered by time, then source, then id: the least number is the first event, month by month.
with found as (
  select distinct event, source
  from model.nxw_id_crowded
),
dated as (
  select f.event, f.source, coalesce(f.source, e.source) as told_by, e.event_id, coalesce(t.seen_at, e.seen_at) as seen_at
  from found as f
  join model.nxw_id_events as e on e.event = f.event
  left join model.nxw_id_times as t on t.event = f.event and t.source = coalesce(f.source, e.source)
),
counted as (
  select date_trunc('month', seen_at) as month, count(*) as n
  from dated
  group by date_trunc('month', seen_at)
),
placed as (
  select month, sum(n) over (partition by mod(n, 1) order by month rows between unbounded preceding and current row) - n as before
  from counted
)
select
  m.before + row_number() over (partition by m.month order by d.seen_at, d.told_by, d.event_id) as event_no, d.event, d.source, d.seen_at
from dated as d
join placed as m on m.month = date_trunc('month', d.seen_at)
