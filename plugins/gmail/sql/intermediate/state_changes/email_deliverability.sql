-- Whether mail reaches an address: it does where mail comes from it, it does not from a bounce on.
with signs as (
  select address, event_id, occurred_at, 'deliverable' as state_value, _ingested_at
  from normalized.message_addresses
  where role = 'sender' and message_kind <> 'bounce' and not is_ours and is_person
  union all
  select address, event_id, occurred_at, 'bounced' as state_value, _ingested_at
  from normalized.bounces
  where address is not null and is_person
),
spaced as (
  select address, event_id, occurred_at, state_value, _ingested_at,
    lag(state_value) over (partition by address order by occurred_at, state_value desc, event_id) as previous_value
  from signs
)
select
  event_id,
  'person' as entity_type,
  'email' as identifier_type,
  address as identifier_value,
  'email_deliverability' as state_name,
  'dimension' as state_category,
  concat(source_name(), '/', address) as state_key,
  state_value,
  cast(null as decimal) as state_numeric_value,
  occurred_at,
  _ingested_at
from spaced
where previous_value is distinct from state_value
