-- Who answered whom.
select
  event_id,
  nexus_id('ent_edg', event_id, 'person', 'sender', sender_address) as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  sender_address as identifier_value,
  'sender' as role,
  occurred_at,
  _ingested_at
from normalized.replies
where is_from_person
union all
select
  event_id,
  nexus_id('ent_edg', event_id, 'person', 'replied_to', replied_to_address) as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  replied_to_address as identifier_value,
  'replied_to' as role,
  occurred_at,
  _ingested_at
from normalized.replies
where is_to_person
