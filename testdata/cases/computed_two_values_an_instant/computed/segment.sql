select entity_type, entity_id, 'segment' as state_name, 'dimension' as state_category,
  case when row_number() over (partition by entity_id order by event_id) = 1 then 'new' else 'loyal' end as state_value, occurred_at
from entity.events where entity_type = 'person' and event_name = 'order_placed'
