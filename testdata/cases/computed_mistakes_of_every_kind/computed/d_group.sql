select entity_type, entity_id, 'score' as trait_name, cast(count(*) as text) as trait_value,
  occurred_at
from entity.events
group by entity_type, entity_id
