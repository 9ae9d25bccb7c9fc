-- What somebody spent anywhere, one currency or nothing.
select
  entity_type, entity_id, 'spent_anywhere' as trait_name,
  case when min(value_unit) = max(value_unit) then cast(sum(value) as text) end as trait_value,
  max(occurred_at) as occurred_at
from entity.measurements
where measurement_name = 'cash_revenue' or measurement_name = 'net_sales'
group by entity_type, entity_id
having entity_type = 'person'
