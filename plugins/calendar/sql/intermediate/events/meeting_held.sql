-- One event a meeting that took place: it ended by now, was not cancelled, and not everybody else declined.
select
  held_event_id as event_id,
  start_at as occurred_at,
  'meeting_held' as event_name,
  'meeting' as event_type,
  summary as event_description,
  cast(1.0 as double) as significance,
  'events' as source_table,
  _ingested_at
from normalized.meetings
where is_held
