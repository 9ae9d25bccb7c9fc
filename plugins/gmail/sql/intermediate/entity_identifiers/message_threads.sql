-- The thread that a mail belongs to, or begins.
select
  event_id,
  nexus_id('ent_edg', event_id, 'thread') as edge_id,
  'thread' as entity_type,
  'thread_id' as identifier_type,
  thread_key as identifier_value,
  'thread' as role,
  occurred_at,
  _ingested_at
from normalized.messages
where message_kind <> 'bounce'
union all
select
  nexus_id('evt', 'thread_started', thread_key) as event_id,
  nexus_id('ent_edg', 'thread_started', thread_key, 'thread') as edge_id,
  'thread' as entity_type,
  'thread_id' as identifier_type,
  thread_key as identifier_value,
  'thread' as role,
  occurred_at,
  _ingested_at
from normalized.messages
where is_first_in_thread
