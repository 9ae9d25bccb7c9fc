-- Few identifiers are seen in many rows: the entity of each is looked up, or made, once.
select
  i.entity_type, i.identifier_type, i.source, i.normalized_value,
  entity_of(i.entity_type, i.identifier_type, i.source, i.normalized_value, r.entity_id) as entity_id
from (
  select distinct entity_type, identifier_type, source, normalized_value from model.nexus_entity_identifiers
) as i
left join model.nexus_resolved_identifiers as r
  on r.entity_type = i.entity_type and r.identifier_type = i.identifier_type and r.normalized_value = i.normalized_value
where has_entity(i.entity_type, i.identifier_type, r.entity_id)
