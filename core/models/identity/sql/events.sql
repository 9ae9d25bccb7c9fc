-- Events numbered by their time, then source, then id: the least number is the first
-- event, month by month. An event has one time; where its rows disagree, the earliest.
with found as (
  select source, event_id, min(occurred_at) as seen_at
  from model.nxw_id_rows
  group by source, event_id
),
events as (
  each guarded as g (select source, event_id, seen_at from found)
  union all
  each unguarded as u (
    select f.source, f.event_id, coalesce(t.seen_at, f.seen_at) as seen_at
    from found as f
    left join model.nxw_id_times as t on t.source = f.source and t.event_id = f.event_id
  )
),
counted as (
  select date_trunc('month', seen_at) as month, count(*) as n
  from events
  group by date_trunc('month', seen_at)
),
placed as (
  select month, sum(n) over (partition by mod(n, 1) order by month rows between unbounded preceding and current row) - n as before
  from counted
)
select
  m.before + row_number() over (partition by m.month order by e.seen_at, e.source, e.event_id) as event_no, e.source, e.event_id, e.seen_at
from events as e
join placed as m on m.month = date_trunc('month', e.seen_at)
