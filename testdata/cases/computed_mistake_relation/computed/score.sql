-- A table of the warehouse is out of reach.
select entity_type, entity_id, 'score' as trait_name, trait_value, occurred_at
from model.nexus_resolved_entity_traits
