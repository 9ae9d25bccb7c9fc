-- The first purchase of a person, wherever it was.
select event_id, 'is_first_purchase' as dimension_name, cast(n = 1 as text) as dimension_value
from (
  select event_id, row_number() over (partition by entity_id order by occurred_at, event_id) as n
  from entity.measurements
  where entity_type = 'person' and measurement_name in ('cash_revenue', 'net_sales') and value > 0
) as placed
