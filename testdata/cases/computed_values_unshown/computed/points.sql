select entity_type, entity_id, event_id, lower('POINTS') as state_name, 'dimension' as state_category,
  case when occurred_at < timestamp '2026-02-15' then '12' else 'gold' end as state_value, occurred_at
from entity.events where entity_type = 'person' and event_name = 'order_placed'
