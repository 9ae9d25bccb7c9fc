-- One event a recipient whom a mail did not reach.
select
  event_id,
  occurred_at,
  'message_bounced' as event_name,
  'email' as event_type,
  subject as event_description,
  cast(0.8 as double) as significance,
  'messages' as source_table,
  _ingested_at
from normalized.bounces
