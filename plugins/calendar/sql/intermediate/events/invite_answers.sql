-- One event an answer of a guest, invite_accepted or invite_declined, where the history of versions shows it.
select
  event_id,
  occurred_at,
  event_name,
  'meeting' as event_type,
  summary as event_description,
  cast(0.3 as double) as significance,
  'events' as source_table,
  _ingested_at
from normalized.answers
