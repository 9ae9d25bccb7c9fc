-- Those who paid in several currencies, or in none that is known: they have no lifetime_value.
select 'nexus_resolved_entity_traits' as table_name, 'mixed_units' as reason, 'lifetime_value' as detail, entity_id as sample
from entity.measurements
where measurement_name = 'cash_revenue' and role in ('customer', 'payer')
group by entity_id
having min(value_unit) <> max(value_unit) or count(value_unit) < count(*)
