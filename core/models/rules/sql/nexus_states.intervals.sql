-- Intervals of one state of one entity do not overlap, and adjoining ones differ.
with line as (
  select
    state_id, state_entered_at, state_exited_at, state_value,
    lead(state_entered_at) over (partition by entity_id, state_name order by state_entered_at, state_id) as next_entered_at,
    lead(state_value) over (partition by entity_id, state_name order by state_entered_at, state_id) as next_value
  from model.nexus_states
)
select state_id as sample
from line
where state_exited_at <= state_entered_at
  or (state_exited_at is null and next_entered_at is not null)
  or next_entered_at < state_exited_at
  or (next_entered_at = state_exited_at and next_value = state_value)
