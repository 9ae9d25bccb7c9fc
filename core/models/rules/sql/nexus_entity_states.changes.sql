-- Each row differs from the one before in a value, or in the unit of one.
with units as (
  select entity_id, state_entered_at
  from (
    select
      entity_id, state_entered_at, value_unit,
      lag(value_unit) over (partition by entity_id, state_name order by state_entered_at) as earlier,
      lag(state_exited_at) over (partition by entity_id, state_name order by state_entered_at) as left_at
    from model.nexus_states
  ) as line
  where value_unit is distinct from earlier and left_at = state_entered_at
),
line as (
  select
    entity_state_id, entity_id, valid_from, lag(entity_state_id) over (partition by entity_id order by valid_from) as earlier_id,
    each columns as c (
      c.column, lag(c.column) over (partition by entity_id order by valid_from) as c.earlier,
      each c.measurement as m (c.delta)
    )
  from model.nexus_entity_states
)
select l.entity_state_id as sample
from line as l
left join units as u on u.entity_id = l.entity_id and u.state_entered_at = l.valid_from
where u.entity_id is null and all columns as c (l.c.column is not distinct from l.c.earlier)
