select entity_type, count(*) as entities, max(last_interaction_at) as latest
from nexus_entities
group by entity_type
