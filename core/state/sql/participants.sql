-- States and events of an entity on one line of time; each event looks back at the
-- last state row. A state row at the event's own instant is in force after it, and
-- the one before that just before. Entities that have states are numbered, so that
-- long lines are sorted by numbers.
with numbered as (
  select entity_id, entity_type, row_number() over (order by entity_id) as entity
  from model.nexus_entity_states
  group by entity_id, entity_type
),
involved as (
  select p.event_id, n.entity, min(p.occurred_at) as occurred_at
  from model.nexus_entity_participants as p
  join numbered as n on n.entity_id = p.entity_id
  group by p.event_id, n.entity
),
spans as (
  select n.entity, s.valid_from, lag(s.valid_from) over (partition by n.entity order by s.valid_from) as earlier_from
  from model.nexus_entity_states as s
  join numbered as n on n.entity_id = s.entity_id
),
line as (
  select entity, valid_from as moment, 0 as kind, valid_from, earlier_from, cast(null as text) as event_id
  from spans
  union all
  select entity, occurred_at, 1, null, null, event_id
  from involved
),
looked as (
  select
    entity, moment, kind, event_id,
    max(valid_from) over (partition by entity order by moment, kind rows between unbounded preceding and current row) as last_from,
    max(earlier_from) over (partition by entity order by moment, kind rows between unbounded preceding and current row) as earlier_from
  from line
),
placed as (
  select
    entity, event_id, moment as occurred_at,
    case when last_from = moment then earlier_from else last_from end as before_from, last_from
  from looked
  where kind = 1 and last_from is not null
)
select
  p.event_id, n.entity_id, n.entity_type, p.occurred_at,
  case when p.before_from is null then null else nexus_id('es', n.entity_id, p.before_from) end as entity_state_id,
  nexus_id('es', n.entity_id, p.last_from) as entity_state_id_after,
  run_started_at() as _processed_at
from placed as p
join numbered as n on n.entity = p.entity
