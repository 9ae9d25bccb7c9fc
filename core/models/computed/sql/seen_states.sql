-- The values of a scope's sources, each until the next of its state and key. One change counts at an instant.
with picked as (
  select
    entity_id, entity_type, state_name, state_category, state_key, state_value, state_numeric_value, value_unit, rate_date,
    occurred_at, event_id, source
  from model.rows
  where all scoped as s (any s.sources as x (source = x.value))
  qualify row_number() over (
    partition by entity_id, state_name, state_key, occurred_at
    order by _ingested_at desc, source desc, event_id desc, state_value desc, state_numeric_value desc
  ) = 1
)
select
  entity_id, entity_type, state_name, state_category, state_key, state_value, state_numeric_value, value_unit, rate_date, occurred_at,
  lead(occurred_at) over (partition by entity_id, state_name, state_key order by occurred_at) as ended_at,
  event_id, source
from picked
