-- Identifiers that share an edge are of one entity, so of a registered type there is one.
select edge_id as sample
from model.nexus_entity_identifiers
where is_registered(entity_type)
group by edge_id, entity_type
having min(normalized_value) <> max(normalized_value)
