-- The people of a mail: every address stands for itself, so that two people of one mail never become one.
select
  event_id,
  nexus_id('ent_edg', event_id, 'person', role, address) as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  address as identifier_value,
  role,
  occurred_at,
  _ingested_at
from normalized.message_addresses
where message_kind <> 'bounce' and role <> 'failed_recipient' and is_person
