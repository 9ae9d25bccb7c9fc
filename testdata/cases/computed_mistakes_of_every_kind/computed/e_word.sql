select entity_type, entity_id, 'score' as state_name,
  'metric' as state_category, occurred_at
from entity.events
