-- One event a new start of a meeting.
select
  r.event_id,
  r.occurred_at,
  'meeting_rescheduled' as event_name,
  'meeting' as event_type,
  m.summary as event_description,
  cast(0.4 as double) as significance,
  'events' as source_table,
  r._ingested_at
from normalized.reschedulings as r
join normalized.meetings as m on m.meeting_key = r.meeting_key
