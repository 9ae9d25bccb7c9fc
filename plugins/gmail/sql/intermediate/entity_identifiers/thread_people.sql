-- Who started a thread.
select
  nexus_id('evt', 'thread_started', thread_key) as event_id,
  nexus_id('ent_edg', 'thread_started', thread_key, 'person') as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  sender_address as identifier_value,
  'starter' as role,
  occurred_at,
  _ingested_at
from normalized.messages
where is_first_in_thread and sender_address is not null and is_from_person
