with spelled as (
  select distinct identifier_type, identifier_value
  from (
    select entity_a_identifier_type as identifier_type, entity_a_identifier as identifier_value
    from arms
    union all
    select entity_b_identifier_type as identifier_type, entity_b_identifier as identifier_value
    from arms
  ) as ends
),
checked as (
  select
    identifier_type, identifier_value, normalized_value,
    identifier_fault(identifier_type, identifier_value, normalized_value) as fault
  from normalized
),
declared as (
  select
    d.event_id, d.occurred_at,
    d.entity_a_type, d.entity_a_identifier_type, d.entity_a_identifier, a.normalized_value as entity_a_normalized_value, d.entity_a_role,
    d.entity_b_type, d.entity_b_identifier_type, d.entity_b_identifier, b.normalized_value as entity_b_normalized_value, d.entity_b_role,
    d.relationship_type, d.relationship_direction, d.is_active, d.source, d._ingested_at,
    case when d.entity_a_identifier is null or d.entity_b_identifier is null then 'null' else coalesce(a.fault, b.fault) end as fault
  from arms as d
  left join checked as a on a.identifier_type = d.entity_a_identifier_type and a.identifier_value = d.entity_a_identifier
  left join checked as b on b.identifier_type = d.entity_b_identifier_type and b.identifier_value = d.entity_b_identifier
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
    else fault
  end as fault
from declared
