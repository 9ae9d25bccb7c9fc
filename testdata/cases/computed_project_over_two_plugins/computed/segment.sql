-- A segment at each purchase: the sum so far.
select entity_type, entity_id, event_id, 'segment' as state_name, 'dimension' as state_category, case when total >= 100 then 'gold' else 'basic' end as state_value, occurred_at
from (
  select entity_type, entity_id, event_id, occurred_at, sum(value) over (partition by entity_id order by occurred_at, event_id) as total
  from entity.measurements
  where entity_type = 'person' and measurement_name in ('cash_revenue', 'net_sales')
) as placed
