-- States and events of an entity on one line of time; each event looks back at the
-- last state row. A state row at the event's own instant is in force after it, and
-- the one before that just before. Entities and state rows are numbered, so that long lines
-- are sorted, and looked up, by numbers.
with spans as (
  select
    entity_id, entity_type, entity_state_id, previous_entity_state_id, valid_from,
    dense_rank() over (order by entity_id) as entity,
    row_number() over (order by entity_id, valid_from) as span
  from model.nexus_entity_states
),
numbered as (
  select entity_id, entity
  from spans
  where previous_entity_state_id is null
),
involved as (
  select p.event_id, n.entity, min(p.occurred_at) as occurred_at
  from model.nexus_entity_participants as p
  join numbered as n on n.entity_id = p.entity_id
  group by p.event_id, n.entity
),
line as (
  select entity, valid_from as moment, 0 as kind, span, cast(null as text) as event_id
  from spans
  union all
  select entity, occurred_at, 1, null, event_id
  from involved
),
looked as (
  select
    moment, kind, event_id,
    max(span) over (partition by entity order by moment, kind rows between unbounded preceding and current row) as span
  from line
)
select
  k.event_id, s.entity_id, s.entity_type, k.moment as occurred_at,
  case when s.valid_from = k.moment then s.previous_entity_state_id else s.entity_state_id end as entity_state_id,
  s.entity_state_id as entity_state_id_after,
  run_started_at() as _processed_at
from looked as k
join spans as s on s.span = k.span
where k.kind = 1
