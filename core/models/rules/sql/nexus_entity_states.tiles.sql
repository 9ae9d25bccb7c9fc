-- The rows of an entity follow each other without gap or overlap, to infinity.
with line as (
  select
    entity_state_id, valid_from, valid_to, previous_entity_state_id,
    lead(valid_from) over (partition by entity_id order by valid_from, entity_state_id) as next_from,
    lag(entity_state_id) over (partition by entity_id order by valid_from, entity_state_id) as previous_id
  from model.nexus_entity_states
)
select entity_state_id as sample
from line
where valid_to is distinct from next_from or valid_to <= valid_from or previous_entity_state_id is distinct from previous_id
