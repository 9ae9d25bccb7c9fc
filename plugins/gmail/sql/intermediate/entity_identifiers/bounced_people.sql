-- Whom a mail did not reach, and the organization.
select
  event_id,
  nexus_id('ent_edg', event_id, 'person', 'failed_recipient', address) as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  address as identifier_value,
  'failed_recipient' as role,
  occurred_at,
  _ingested_at
from normalized.bounces
where address is not null and is_person
union all
select
  event_id,
  nexus_id('ent_edg', event_id, 'group', 'failed_recipient', domain) as edge_id,
  'group' as entity_type,
  'domain' as identifier_type,
  domain as identifier_value,
  'failed_recipient' as role,
  occurred_at,
  _ingested_at
from normalized.bounces
where domain is not null and not is_generic_domain
