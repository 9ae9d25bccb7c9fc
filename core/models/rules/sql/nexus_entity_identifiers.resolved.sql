-- Identifiers of resolved types that no entity has, though nothing blocks them.
select distinct concat(i.entity_type, ' ', i.identifier_type, ' ', i.normalized_value) as sample
from model.nexus_entity_identifiers as i
left join model.nexus_resolved_identifiers as r
  on r.entity_type = i.entity_type and r.identifier_type = i.identifier_type and r.normalized_value = i.normalized_value
where r.entity_id is null and must_resolve(i.entity_type, i.identifier_type)
