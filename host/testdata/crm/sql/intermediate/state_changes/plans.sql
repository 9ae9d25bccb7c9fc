-- The plan and what it pays, from each version on.
select
  event_id, 'person' as entity_type, 'email' as identifier_type, email as identifier_value, 'plan' as state_name, 'dimension' as state_category,
  contact_id as state_key, plan as state_value, cast(null as decimal) as state_numeric_value, seen_at as occurred_at, _ingested_at
from normalized.contacts
where email is not null
union all
select
  event_id, 'person' as entity_type, 'email' as identifier_type, email as identifier_value, 'mrr' as state_name, 'measurement' as state_category,
  contact_id as state_key, cast(null as text) as state_value, mrr as state_numeric_value, seen_at as occurred_at, _ingested_at
from normalized.contacts
where email is not null
