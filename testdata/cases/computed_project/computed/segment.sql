select entity_type, entity_id, event_id, 'segment' as state_name, 'dimension' as state_category,
  case when n >= 3 then 'loyal' else 'new' end as state_value, occurred_at
from (
  select entity_type, entity_id, event_id, occurred_at, row_number() over (partition by entity_id order by occurred_at, event_id) as n
  from entity.events
  where event_name = 'order_placed' and entity_type = 'person'
) as placed
