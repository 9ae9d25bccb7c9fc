-- Buyers whose sales have several currencies, or none: they have no lifetime_net_sales.
select 'nexus_resolved_entity_traits' as table_name, 'mixed_units' as reason, 'lifetime_net_sales' as detail, entity_id as sample
from entity.measurements
where entity_type = 'person' and role = 'buyer' and measurement_name = 'net_sales'
group by entity_id
having min(value_unit) <> max(value_unit) or count(value_unit) < count(*)
