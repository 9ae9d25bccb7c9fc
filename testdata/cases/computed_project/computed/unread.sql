-- A measurement is a number: text that is none gives no state.
select entity_type, entity_id, event_id, 'points' as state_name, 'measurement' as state_category,
  case when row_number() over (partition by entity_id order by occurred_at) = 1 then ' 7.50' else 'many' end as state_value, 'count' as value_unit, occurred_at
from entity.events
where event_name = 'order_placed' and entity_type = 'person'
