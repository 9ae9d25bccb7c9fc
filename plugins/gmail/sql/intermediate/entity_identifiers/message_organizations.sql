-- The organizations of a mail, by the domain of an address; providers of mail to everybody are none.
select
  event_id,
  nexus_id('ent_edg', event_id, 'group', role, domain) as edge_id,
  'group' as entity_type,
  'domain' as identifier_type,
  domain as identifier_value,
  role,
  occurred_at,
  max(_ingested_at) as _ingested_at
from normalized.message_addresses
where message_kind <> 'bounce' and role <> 'failed_recipient' and domain is not null and not is_generic_domain
group by event_id, role, domain, occurred_at
