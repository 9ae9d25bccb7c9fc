-- The mailbox behind an address: no plus tag, and for Gmail no points. Only where the project asks for it.
select
  event_id,
  nexus_id('ent_edg', event_id, 'person', role, address) as edge_id,
  'person' as entity_type,
  'email_canonical' as identifier_type,
  case
    when domain in ('gmail.com', 'googlemail.com')
      then concat(replace(regexp_replace(split_part(address, '@', 1), '[+].*$', ''), '.', ''), '@gmail.com')
    else concat(regexp_replace(split_part(address, '@', 1), '[+].*$', ''), '@', domain)
  end as identifier_value,
  role,
  occurred_at,
  _ingested_at
from normalized.message_addresses
where message_kind <> 'bounce' and role <> 'failed_recipient' and is_person and not starts_with(address, '"') and not starts_with(address, '+')
