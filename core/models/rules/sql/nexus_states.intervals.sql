-- Intervals of one state of one entity do not overlap, and adjoining ones differ in value or unit.
with line as (
  select
    state_id, state_entered_at, state_exited_at, state_value, value_unit,
    lead(state_entered_at) over (partition by entity_id, state_name order by state_entered_at, state_id) as next_entered_at,
    lead(state_value) over (partition by entity_id, state_name order by state_entered_at, state_id) as next_value,
    lead(value_unit) over (partition by entity_id, state_name order by state_entered_at, state_id) as next_unit
  from model.nexus_states
)
select state_id as sample
from line
where state_exited_at <= state_entered_at
  or (state_exited_at is null and next_entered_at is not null)
  or next_entered_at < state_exited_at
  or (next_entered_at = state_exited_at and next_value = state_value and next_unit is not distinct from value_unit)
