-- The column is called event_name.
select
  entity_type, entity_id, 'score' as trait_name, cast(count(*) as text) as trait_value, max(occurred_at) as occurred_at
from entity.events
where event_nam = 'order_placed'
group by entity_type, entity_id
