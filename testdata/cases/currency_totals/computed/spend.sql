-- What a person has spent anywhere, and the last rate that it was converted by.
select
  entity_type, entity_id, 'spend' as trait_name,
  concat(cast(sum(value) as text), ' ', min(value_unit), ' ', coalesce(cast(max(rate_date) as text), 'as given')) as trait_value, max(occurred_at) as occurred_at
from entity.measurements
where entity_type = 'person' and (measurement_name = 'cash_revenue' and role = 'customer' or measurement_name = 'net_sales' and role = 'buyer')
group by entity_type, entity_id
having min(value_unit) = max(value_unit) and count(value_unit) = count(*)
