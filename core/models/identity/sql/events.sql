-- Events numbered by their time, then source, then id: the least number is the first
-- event. An event has one time; where its rows disagree, the earliest.
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
)
select row_number() over (order by seen_at, source, event_id) as event_no, source, event_id, seen_at
from events
