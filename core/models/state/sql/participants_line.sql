-- States and events of an entity on one line of time; each event looks back at the
-- last state row. A state row at the event's own instant is in force after it.
with involved as (
  select event.key, entity.key, min(occurred_at) as occurred_at
  from model.participants
  group by event.key, entity.key
),
line as (
  each stored as x (
    select entity_id, valid_from as moment, 0 as kind, cast(null as text) as event_id
    from model.nexus_entity_states
  )
  union all
  each numbered as x (
    select n.entity, s.valid_from as moment, 0 as kind, cast(null as bigint) as event
    from model.nexus_entity_states as s
    join model.nexus_numbered_entities as n on n.entity_id = s.entity_id
  )
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
where kind = 1 and valid_from is not null
