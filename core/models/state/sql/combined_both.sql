select entity_id, state_name, occurred_at, value, numeric_value
from former
union all
select entity_id, state_name, occurred_at, value, numeric_value
from latter
