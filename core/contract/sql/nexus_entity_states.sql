select entity_type, count(*) as intervals, min(valid_from) as since
from nexus_entity_states
group by entity_type
