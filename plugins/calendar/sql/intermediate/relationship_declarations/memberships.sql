-- A person belongs to the organization whose domain the address has, from the first meeting on. Shared addresses (info@) make no members.
select
  event_id,
  occurred_at,
  'person' as entity_a_type,
  'email' as entity_a_identifier_type,
  address as entity_a_identifier,
  'member' as entity_a_role,
  'group' as entity_b_type,
  'domain' as entity_b_identifier_type,
  domain as entity_b_identifier,
  'organization' as entity_b_role,
  'membership' as relationship_type,
  'a_to_b' as relationship_direction,
  true as is_active,
  _ingested_at
from normalized.contacts
where domain is not null and not is_generic_domain and not is_role_address
