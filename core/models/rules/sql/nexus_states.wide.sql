-- At the instant at which an interval begins, the wide table has a row with that value, and
-- where it ends, one without, unless the same number goes on in another unit.
select s.state_id as sample
from model.nexus_states as s
left join model.nexus_entity_states as b on b.entity_id = s.entity_id and b.valid_from = s.state_entered_at
left join model.nexus_entity_states as e on e.entity_id = s.entity_id and e.valid_from = s.state_exited_at
left join model.nexus_states as f
  on f.entity_id = s.entity_id and f.state_name = s.state_name and f.state_entered_at = s.state_exited_at
    and f.state_value = s.state_value
where
  case
    each columns as c (
      each c.dimension as d (when s.state_name = c.name then b.c.column)
      each c.measurement as m (when s.state_name = c.name then cast(b.c.column as text))
    )
  end is distinct from s.state_value
  or (
    s.state_exited_at is not null
    and (
      e.entity_id is null
      or f.state_id is null and case
        each columns as c (
          each c.dimension as d (when s.state_name = c.name then e.c.column)
          each c.measurement as m (when s.state_name = c.name then cast(e.c.column as text))
        )
      end is not distinct from s.state_value
    )
  )
