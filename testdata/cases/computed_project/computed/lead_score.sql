-- A point for each order, two for each that is above 40.
select
  m.entity_type, m.entity_id, 'lead_score' as trait_name,
  cast(count(distinct m.event_id) + 2 * count(distinct case when m.value > 40 then m.event_id end) as text) as trait_value,
  max(m.occurred_at) as occurred_at
from entity.measurements as m
where m.event_name = 'order_placed' and m.entity_type = 'person'
group by m.entity_type, m.entity_id
