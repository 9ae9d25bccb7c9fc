-- One event a mail, drafts and delivery failures left out.
select
  event_id,
  occurred_at,
  'message_sent' as event_name,
  'email' as event_type,
  subject as event_description,
  case when is_automated then cast(0.1 as double) else cast(0.5 as double) end as significance,
  'messages' as source_table,
  _ingested_at
from normalized.messages
where message_kind <> 'bounce'
