with said as (
  select entity_type, entity_id, event_id, 'fine' as n, 'dimension' as c, 'x' as state_value, occurred_at from entity.events where entity_type = 'person' and event_name = 'order_placed'
  union all
  select entity_type, entity_id, event_id, 'stage', 'measurement', '5', occurred_at from entity.events where entity_type = 'person' and event_name = 'order_placed'
)
select entity_type, entity_id, event_id, n as state_name, c as state_category, state_value, occurred_at from said
union all
select entity_type, entity_id, event_id, case when occurred_at is null then 'order_financial' end, 'measurement', '1', occurred_at from entity.events where entity_type = 'person' and event_name = 'order_placed'
