-- States and events of an entity on one line of time; each event looks back at the
-- last state row. A state row at the event's own instant is in force after it.
-- Events before an entity's first state row find none.
with moments as (
  each stored as x (
    select entity_id, valid_from, previous_entity_state_id is null as is_first
    from model.nexus_entity_states
  )
  union all
  each numbered as x (
    select n.entity, s.valid_from, s.previous_entity_state_id is null as is_first
    from model.nexus_entity_states as s
    join model.nexus_numbered_entities as n on n.entity_id = s.entity_id
  )
),
involved as (
  select p.event.key, p.entity.key, min(p.occurred_at) as occurred_at
  from model.participants as p
  join moments as f on f.entity.key = p.entity.key
  where f.is_first
  group by p.event.key, p.entity.key, f.valid_from
  having min(p.occurred_at) >= f.valid_from
),
line as (
  select entity.key, valid_from as moment, 0 as kind, cast(null as event.type) as event.key
  from moments
  union all
  select entity.key, occurred_at, 1, event.key
  from involved
),
looked as (
  select
    event.key, entity.key, moment, kind,
    max(case when kind = 0 then moment end)
      over (partition by entity.key order by moment, kind rows between unbounded preceding and current row) as valid_from
  from line
)
select event.key, entity.key, moment as occurred_at, valid_from
from looked
where kind = 1
