-- The dearest subscription that a person ever had.
select entity_type, entity_id, 'best_plan' as trait_name, concat(cast(max(state_numeric_value) as text), ' ', min(value_unit)) as trait_value, max(occurred_at) as occurred_at
from entity.states
where entity_type = 'person' and state_name = 'mrr' and state_numeric_value is not null
group by entity_type, entity_id
