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
where any measurements as m (m.delta is distinct from coalesce(m.column, 0) - coalesce(m.earlier, 0))
