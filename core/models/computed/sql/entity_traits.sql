select
  entity_of(t.entity_type, t.identifier_type, t.source, t.normalized_value, r.entity_id) as entity_id,
  t.entity_type, t.trait_name, t.trait_value, t.event_id, t.occurred_at, t.source
from model.nexus_entity_traits as t
left join model.nexus_resolved_identifiers as r
  on r.entity_type = t.entity_type and r.identifier_type = t.identifier_type and r.normalized_value = t.normalized_value
where has_entity(t.entity_type, t.identifier_type, r.entity_id)
