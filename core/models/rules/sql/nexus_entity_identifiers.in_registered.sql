-- An identifier of a registered type is in the one entity that the type, the source and it make.
select distinct concat(i.source, ' ', i.entity_type, ' ', i.normalized_value) as sample
from model.nexus_entity_identifiers as i
left join model.nexus_entities as e
  on e.entity_id = registered_id(i.entity_type, i.source, i.normalized_value) and e.entity_type = i.entity_type
where is_registered(i.entity_type) and e.entity_id is null
