with normalized as (
  select
    event_id, entity_type, identifier_type, identifier_value,
    normalized_identifier(identifier_type, identifier_value) as normalized_value,
    canonical_name(state_name) as state_name, state_name as spelling, state_category, state_key, state_value,
    state_numeric_value, source, occurred_at, _ingested_at
  from arms
)
select
  event_id, entity_type, identifier_type, identifier_value, normalized_value, state_name, spelling, state_category, state_key,
  state_value, state_numeric_value, source, occurred_at, _ingested_at,
  case
    when event_id is null then 'missing_event_id'
    when occurred_at is null then 'missing_occurred_at'
    when entity_type is null or identifier_type is null then 'missing_type'
    when state_name is null then 'missing_name'
    else identifier_fault(identifier_type, identifier_value, normalized_value)
  end as fault
from normalized
