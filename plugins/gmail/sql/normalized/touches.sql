-- One row a mail that a person outside wrote to us, with the time before and after: once for the person, once for the organization.
with senders as (
  select 'person' as entity_type, 'email' as identifier_type, address as identifier_value, event_id, occurred_at, _ingested_at
  from normalized.message_addresses
  where role = 'sender' and message_kind = 'human' and not is_ours and is_person
  union all
  select 'group' as entity_type, 'domain' as identifier_type, domain as identifier_value, event_id, occurred_at, _ingested_at
  from normalized.message_addresses
  where role = 'sender' and message_kind = 'human' and not is_ours and not is_generic_domain
)
select
  entity_type, identifier_type, identifier_value, event_id, occurred_at, _ingested_at,
  lag(occurred_at) over (partition by entity_type, identifier_value order by occurred_at, event_id) as previous_at,
  lead(occurred_at) over (partition by entity_type, identifier_value order by occurred_at, event_id) as next_at
from senders
