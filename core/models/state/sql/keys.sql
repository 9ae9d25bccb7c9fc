-- Combined states of which an entity has several keys: one row a key and
-- instant; `instant` numbers the moments at which any of the keys changed.
with several as (
  select entity_id, state_name
  from model.nxw_state_changes
  where entity_id is not null and is_combined(state_name)
  group by entity_id, state_name
  having min(state_key) <> max(state_key) or (count(state_key) > 0 and count(state_key) < count(*))
),
picked as (
  select c.entity_id, c.state_name, coalesce('=' || c.state_key, '') as state_key, c.occurred_at, c.value, c.numeric_value, c.value_unit
  from model.nxw_state_changes as c
  join several as s on s.entity_id = c.entity_id and s.state_name = c.state_name
  qualify row_number() over (
    partition by c.entity_id, c.state_name, c.state_key, c.occurred_at
    order by c._ingested_at desc, c.source desc, c.event_id desc, c.value desc, c.value_unit desc
  ) = 1
)
select
  entity_id, state_name, state_key, occurred_at, value, numeric_value, value_unit,
  dense_rank() over (partition by entity_id, state_name order by occurred_at) - 1 as instant
from picked
