-- One event a thread, at its first mail.
select
  nexus_id('evt', 'thread_started', thread_key) as event_id,
  occurred_at,
  'thread_started' as event_name,
  'email' as event_type,
  subject as event_description,
  case when is_automated then cast(0.1 as double) else cast(0.6 as double) end as significance,
  'messages' as source_table,
  _ingested_at
from normalized.messages
where is_first_in_thread
