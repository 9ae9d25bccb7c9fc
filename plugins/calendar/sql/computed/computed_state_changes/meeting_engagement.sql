-- How we stand with people and organizations outside, over all their addresses: scheduled while a meeting is booked, met after one, lapsed when
-- none followed in time. Where everything booked was cancelled before any meeting, the state is left. Who declined was not invited.
with internal as (
  select distinct entity_id
  from entity.traits
  where trait_name = 'is_internal' and trait_value = 'true'
),
planned as (
  select entity_id as meeting_id, min(cast(dimension_value as timestamp)) as ends_at
  from entity.dimensions
  where entity_type = 'meeting' and event_name = 'meeting_scheduled' and dimension_name = 'ends_at'
  group by entity_id
),
meetings as (
  select
    entity_id as meeting_id,
    min(case when event_name = 'meeting_scheduled' then event_id end) as scheduled_event_id,
    min(case when event_name = 'meeting_scheduled' then occurred_at end) as scheduled_at,
    min(case when event_name = 'meeting_held' then event_id end) as held_event_id,
    min(case when event_name = 'meeting_held' then occurred_at end) as held_at,
    min(case when event_name = 'meeting_cancelled' then event_id end) as cancelled_event_id,
    min(case when event_name = 'meeting_cancelled' then occurred_at end) as cancelled_at
  from entity.events
  where entity_type = 'meeting'
  group by entity_id
),
-- One who declined from one address and came with another came.
invited as (
  select e.entity_type, e.entity_id, m.entity_id as meeting_id
  from entity.events as e
  join entity.events as m on m.event_id = e.event_id
  left join internal as i on i.entity_id = e.entity_id
  where e.entity_type in ('person', 'group') and m.entity_type = 'meeting' and e.event_name in ('meeting_scheduled', 'meeting_held')
    and e.role <> 'creator' and i.entity_id is null
  group by e.entity_type, e.entity_id, m.entity_id
  having bool_or(e.event_name = 'meeting_held') or not bool_or(e.role = 'declined')
),
-- A meeting is booked until it is held or cancelled, or has passed without either.
booked as (
  select
    i.entity_type, i.entity_id, m.scheduled_event_id, m.scheduled_at, m.held_event_id, m.held_at,
    coalesce(m.held_event_id, m.cancelled_event_id, m.scheduled_event_id) as ended_event_id,
    coalesce(m.held_at, m.cancelled_at, p.ends_at) as ended_at
  from invited as i
  join meetings as m on m.meeting_id = i.meeting_id
  left join planned as p on p.meeting_id = i.meeting_id
),
points as (
  select entity_type, entity_id, scheduled_at as occurred_at, scheduled_event_id as event_id, 1 as booked, cast(null as timestamp) as held_at
  from booked
  where scheduled_at < ended_at
  union all
  select entity_type, entity_id, ended_at, ended_event_id, case when scheduled_at < ended_at then -1 else 0 end, held_at
  from booked
  union all
  select entity_type, entity_id, date_add('day', config('lapse_days'), held_at), held_event_id, 0, cast(null as timestamp)
  from booked
  where held_at is not null
),
instants as (
  select entity_type, entity_id, occurred_at, min(event_id) as event_id, sum(booked) as booked, max(held_at) as held_at
  from points
  where occurred_at <= as_of()
  group by entity_type, entity_id, occurred_at
),
counted as (
  select
    entity_type, entity_id, occurred_at, event_id,
    sum(booked) over (partition by entity_id order by occurred_at) as booked_count,
    max(held_at) over (partition by entity_id order by occurred_at) as last_held_at
  from instants
),
judged as (
  select
    entity_type, entity_id, occurred_at, event_id,
    case
      when booked_count > 0 then 'scheduled'
      when last_held_at is null then cast(null as text)
      when occurred_at < date_add('day', config('lapse_days'), last_held_at) then 'met'
      else 'lapsed'
    end as stage
  from counted
),
spaced as (
  select entity_type, entity_id, occurred_at, event_id, stage,
    lag(stage) over (partition by entity_id order by occurred_at) as previous_stage
  from judged
)
select entity_type, entity_id, event_id, 'meeting_engagement' as state_name, 'dimension' as state_category, stage as state_value, occurred_at
from spaced
where previous_stage is distinct from stage
