-- Each order gives points that last for 30 days.
with orders as (
  select entity_type, entity_id, event_id, occurred_at, row_number() over (partition by entity_id order by occurred_at, event_id) as n
  from entity.events
  where entity_type = 'person' and event_name = 'order_placed'
)
select entity_type, entity_id, event_id, 'open_points' as state_name, 'measurement' as state_category, event_id as state_key,
  cast(n as decimal) as state_numeric_value, 'points' as value_unit, occurred_at
from orders
union all
select entity_type, entity_id, event_id, 'open_points', 'measurement', event_id as state_key, cast(null as decimal), 'points', date_add('day', 30, occurred_at)
from orders
where date_add('day', 30, occurred_at) <= as_of()
