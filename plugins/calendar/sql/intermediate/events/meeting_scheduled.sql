-- One event a meeting, when it was put on the calendar.
select
  scheduled_event_id as event_id,
  scheduled_at as occurred_at,
  'meeting_scheduled' as event_name,
  'meeting' as event_type,
  summary as event_description,
  cast(0.5 as double) as significance,
  'events' as source_table,
  _ingested_at
from normalized.meetings
