with normalized as (
  select
    event_id, occurred_at,
    entity_a_type, entity_a_identifier_type, entity_a_identifier,
    normalized_identifier(entity_a_identifier_type, entity_a_identifier) as entity_a_normalized_value, entity_a_role,
    entity_b_type, entity_b_identifier_type, entity_b_identifier,
    normalized_identifier(entity_b_identifier_type, entity_b_identifier) as entity_b_normalized_value, entity_b_role,
    relationship_type, relationship_direction, is_active, source, _ingested_at
  from arms
)
select
  nexus_id(
    'rel_decl', event_id, entity_a_type, entity_a_identifier_type, entity_a_normalized_value,
    entity_b_type, entity_b_identifier_type, entity_b_normalized_value, relationship_type
  ) as relationship_declaration_id,
  event_id, occurred_at,
  entity_a_type, entity_a_identifier_type, entity_a_identifier, entity_a_normalized_value, entity_a_role,
  entity_b_type, entity_b_identifier_type, entity_b_identifier, entity_b_normalized_value, entity_b_role,
  relationship_type, relationship_direction, is_active, source, _ingested_at,
  case
    when event_id is null then 'missing_event_id'
    when occurred_at is null then 'missing_occurred_at'
    when entity_a_type is null or entity_a_identifier_type is null or entity_b_type is null or entity_b_identifier_type is null
      or relationship_type is null then 'missing_type'
    else coalesce(
      identifier_fault(entity_a_identifier_type, entity_a_identifier, entity_a_normalized_value),
      identifier_fault(entity_b_identifier_type, entity_b_identifier, entity_b_normalized_value)
    )
  end as fault
from normalized
