-- A person wrote to a person: from the first such mail. Only where the project asks for it, since every pair is a row.
with pairs as (
  select
    s.address as sender_address,
    r.address as recipient_address,
    arg_min(s.event_id, s.occurred_at) as event_id,
    min(s.occurred_at) as occurred_at,
    min(s._ingested_at) as _ingested_at
  from normalized.message_addresses as s
  join normalized.message_addresses as r on r.message_key = s.message_key
  where s.role = 'sender' and r.role in ('recipient', 'cced') and s.message_kind = 'human'
    and s.address <> r.address and not s.is_role_address and not r.is_role_address
  group by s.address, r.address
)
select
  event_id,
  occurred_at,
  'person' as entity_a_type,
  'email' as entity_a_identifier_type,
  sender_address as entity_a_identifier,
  'sender' as entity_a_role,
  'person' as entity_b_type,
  'email' as entity_b_identifier_type,
  recipient_address as entity_b_identifier,
  'recipient' as entity_b_role,
  'corresponded_with' as relationship_type,
  'a_to_b' as relationship_direction,
  true as is_active,
  _ingested_at
from pairs
