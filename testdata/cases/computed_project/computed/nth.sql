select event_id, 'is_repeat' as dimension_name, cast(n > 1 as text) as dimension_value
from (
  select event_id, row_number() over (partition by entity_id order by occurred_at, event_id) as n
  from entity.events
  where event_name = 'order_placed' and entity_type = 'person'
) as placed
