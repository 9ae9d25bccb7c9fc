select entity_type, entity_id, 'score' as trait_name, '1' as trait_value, occurred_at
from
  nexus_events
