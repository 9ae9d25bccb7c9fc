select entity_type, entity_id, 'name' as trait_name, 'an order' as trait_value, max(occurred_at) as occurred_at
from entity.events where entity_type = 'order' group by entity_type, entity_id
