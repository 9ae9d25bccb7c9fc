with normalized as (
  select
    event_id, edge_id, entity_type, identifier_type, identifier_value,
    normalized_identifier(identifier_type, identifier_value) as normalized_value,
    role, source, occurred_at, _ingested_at
  from arms
)
select
  nexus_id('ent_idfr', event_id, edge_id, entity_type, identifier_type, normalized_value, role) as entity_identifier_id,
  event_id, edge_id, entity_type, identifier_type, identifier_value, normalized_value, role, source, occurred_at, _ingested_at,
  case
    when event_id is null then 'missing_event_id'
    when occurred_at is null then 'missing_occurred_at'
    when entity_type is null or identifier_type is null then 'missing_type'
    else identifier_fault(identifier_type, identifier_value, normalized_value)
  end as fault
from normalized
