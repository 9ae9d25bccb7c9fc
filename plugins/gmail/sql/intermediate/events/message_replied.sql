-- One event a mail that answers one of another address.
select
  event_id,
  occurred_at,
  'message_replied' as event_name,
  'email' as event_type,
  subject as event_description,
  cast(0.6 as double) as significance,
  'messages' as source_table,
  _ingested_at
from normalized.replies
