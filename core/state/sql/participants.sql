-- States and events of an entity on one line of time; each event looks back at the
-- last state row. A state row at the event's own instant is in force after it, and
-- the one before that just before.
with involved as (
  select p.event_id, p.entity_id, p.entity_type, min(p.occurred_at) as occurred_at
  from model.nexus_entity_participants as p
  join (select entity_id from model.nexus_entity_states group by entity_id) as s on s.entity_id = p.entity_id
  group by p.event_id, p.entity_id, p.entity_type
),
line as (
  select
    entity_id, valid_from as moment, 0 as kind, valid_from,
    lag(valid_from) over (partition by entity_id order by valid_from) as earlier_from,
    cast(null as text) as event_id, cast(null as text) as entity_type
  from model.nexus_entity_states
  union all
  select entity_id, occurred_at, 1, null, null, event_id, entity_type
  from involved
),
looked as (
  select
    entity_id, moment, kind, event_id, entity_type,
    max(valid_from) over (partition by entity_id order by moment, kind rows between unbounded preceding and current row) as last_from,
    max(earlier_from) over (partition by entity_id order by moment, kind rows between unbounded preceding and current row) as earlier_from
  from line
),
placed as (
  select
    event_id, entity_id, entity_type, moment as occurred_at,
    case when last_from = moment then earlier_from else last_from end as before_from, last_from
  from looked
  where kind = 1 and last_from is not null
)
select
  event_id, entity_id, entity_type, occurred_at,
  case when before_from is null then null else nexus_id('es', entity_id, before_from) end as entity_state_id,
  nexus_id('es', entity_id, last_from) as entity_state_id_after,
  run_started_at() as _processed_at
from placed
