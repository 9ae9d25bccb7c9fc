select entity_type, entity_id, 'score' as trait_name, 
  initcap('x') as trait_value, occurred_at
from entity.events
