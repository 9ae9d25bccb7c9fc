with spans as (
  select
    entity_id, entity_type, state_name, occurred_at as state_entered_at, code, rate_date, event_id, source,
    lead(occurred_at) over (partition by entity_id, state_name order by occurred_at) as state_exited_at
  from model.nxw_state_points
)
select
  nexus_id('st', s.entity_id, s.state_name, s.state_entered_at) as state_id,
  s.entity_id, s.entity_type, s.state_name, category(s.state_name) as state_category,
  v.value as state_value, v.numeric_value as state_numeric_value, nullif(v.unit, '') as value_unit, s.rate_date,
  s.state_entered_at, s.state_exited_at, s.state_exited_at is null as is_current,
  s.event_id as trigger_event_id, s.source, run_started_at() as _processed_at
from spans as s
join model.nxw_state_values as v on v.code = s.code
