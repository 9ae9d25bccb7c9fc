-- One event a meeting that was cancelled or deleted before it began.
select
  cancelled_event_id as event_id,
  cancelled_at as occurred_at,
  'meeting_cancelled' as event_name,
  'meeting' as event_type,
  summary as event_description,
  cast(0.6 as double) as significance,
  'events' as source_table,
  _ingested_at
from normalized.meetings
where is_cancelled
