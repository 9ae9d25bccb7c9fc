-- A person belongs to the organization whose domain the address has: from the first mail that a person wrote or was written to.
-- Shared addresses (info@, noreply@) and providers of mail to everybody make no members.
select
  human_event_id as event_id,
  human_occurred_at as occurred_at,
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
where human_event_id is not null and domain is not null and not is_generic_domain and not is_role_address
