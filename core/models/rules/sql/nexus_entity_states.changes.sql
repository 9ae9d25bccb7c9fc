select entity_state_id as sample
from (
  select
    entity_state_id, lag(entity_state_id) over (partition by entity_id order by valid_from) as earlier_id,
    each columns as c (
      c.column, lag(c.column) over (partition by entity_id order by valid_from) as c.earlier,
      each c.measurement as m (c.delta)
    )
  from model.nexus_entity_states
) as line
where all columns as c (c.column is not distinct from c.earlier)
