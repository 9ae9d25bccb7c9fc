-- Events numbered by their time, then source, then id: the least number is the first
-- event. An event has one time; where its rows disagree, the earliest.
with events as (
  select source, event_id, min(occurred_at) as seen_at
  from model.nxw_id_rows
  group by source, event_id
)
select row_number() over (order by seen_at, source, event_id) as event_no, source, event_id, seen_at
from events
