select entity_type, entity_id, 'gross' as trait_name, case when min(value_unit) = max(value_unit) then cast(sum(value) as text) end as trait_value, max(occurred_at) as occurred_at
from entity.measurements
where entity_type = 'person' and role = 'buyer' and measurement_name = 'order_total'
group by entity_type, entity_id
