-- Sums move by what each key's value moves by.
with moved as (
  select
    entity_id, state_name, occurred_at, numeric_value,
    lag(numeric_value) over (partition by entity_id, state_name, state_key order by occurred_at) as earlier
  from model.nxw_state_keys
  where is_sum(state_name)
),
steps as (
  select
    entity_id, state_name, occurred_at,
    sum(coalesce(numeric_value, 0) - coalesce(earlier, 0)) as step,
    sum(case when numeric_value is null then 0 else 1 end - case when earlier is null then 0 else 1 end) as joined
  from moved
  group by entity_id, state_name, occurred_at
),
totals as (
  select
    entity_id, state_name, occurred_at,
    sum(step) over (partition by entity_id, state_name order by occurred_at) as total,
    sum(joined) over (partition by entity_id, state_name order by occurred_at) as in_force
  from steps
)
select
  entity_id, state_name, occurred_at,
  cast(case when in_force > 0 then total end as text) as value,
  case when in_force > 0 then total end as numeric_value
from totals
