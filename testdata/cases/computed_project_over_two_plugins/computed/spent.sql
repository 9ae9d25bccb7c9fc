select entity_type, entity_id, 'spent' as trait_name, case when min(value_unit) = max(value_unit) then cast(sum(value) as text) end as trait_value, max(occurred_at) as occurred_at
from entity.measurements
where entity_type = 'person' and measurement_name in ('cash_revenue', 'net_sales')
group by entity_type, entity_id
