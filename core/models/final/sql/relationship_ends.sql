select
  d.relationship_declaration_id,
  entity_of(d.entity_a_type, d.entity_a_identifier_type, d.source, d.entity_a_normalized_value, a.entity_id) as entity_a_id,
  d.entity_a_type, d.entity_a_role,
  entity_of(d.entity_b_type, d.entity_b_identifier_type, d.source, d.entity_b_normalized_value, b.entity_id) as entity_b_id,
  d.entity_b_type, d.entity_b_role,
  d.relationship_type, d.relationship_direction, coalesce(d.is_active, true) as is_active,
  d.occurred_at, d.event_id, d.source, d._ingested_at
from model.nexus_relationship_declarations as d
left join model.nexus_resolved_identifiers as a
  on a.entity_type = d.entity_a_type and a.identifier_type = d.entity_a_identifier_type
  and a.normalized_value = d.entity_a_normalized_value
left join model.nexus_resolved_identifiers as b
  on b.entity_type = d.entity_b_type and b.identifier_type = d.entity_b_identifier_type
  and b.normalized_value = d.entity_b_normalized_value
