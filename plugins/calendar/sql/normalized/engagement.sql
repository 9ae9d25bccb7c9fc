-- One row an instant at which it may change how we stand with a person or organization outside: a meeting is booked, begins or is
-- cancelled, or a time has passed since the last. With the number of meetings then booked, and when the last one was.
with invited as (
  select 'person' as entity_type, 'email' as identifier_type, address as identifier_value,
    scheduled_event_id, scheduled_at, held_event_id, is_held, cancelled_event_id, is_cancelled, cancelled_at, start_at, _ingested_at
  from normalized.meeting_people
  where not is_ours and response <> 'declined'
  union all
  select 'group' as entity_type, 'domain' as identifier_type, domain as identifier_value,
    scheduled_event_id, scheduled_at, held_event_id, is_held, cancelled_event_id, is_cancelled, cancelled_at, start_at, max(_ingested_at) as _ingested_at
  from normalized.meeting_people
  where not is_ours and response <> 'declined' and not is_generic_domain
  group by domain, scheduled_event_id, scheduled_at, held_event_id, is_held, cancelled_event_id, is_cancelled, cancelled_at, start_at
),
points as (
  select entity_type, identifier_type, identifier_value, scheduled_at as occurred_at, scheduled_event_id as event_id, 1 as booked,
    cast(null as timestamp) as held_at, _ingested_at
  from invited
  where scheduled_at < start_at
  union all
  select entity_type, identifier_type, identifier_value, coalesce(cancelled_at, start_at) as occurred_at,
    case when is_cancelled then cancelled_event_id when is_held then held_event_id else scheduled_event_id end as event_id,
    case when scheduled_at < start_at then -1 else 0 end as booked,
    case when is_held then start_at end as held_at, _ingested_at
  from invited
  union all
  select entity_type, identifier_type, identifier_value, date_add('day', config('lapse_days'), start_at) as occurred_at, held_event_id as event_id, 0 as booked,
    cast(null as timestamp) as held_at, _ingested_at
  from invited
  where is_held
),
instants as (
  select entity_type, identifier_type, identifier_value, occurred_at, min(event_id) as event_id, sum(booked) as booked, max(held_at) as held_at, max(_ingested_at) as _ingested_at
  from points
  where occurred_at <= as_of()
  group by entity_type, identifier_type, identifier_value, occurred_at
)
select
  entity_type, identifier_type, identifier_value, occurred_at, event_id, _ingested_at,
  sum(booked) over (partition by entity_type, identifier_value order by occurred_at) as booked_count,
  max(held_at) over (partition by entity_type, identifier_value order by occurred_at) as last_held_at
from instants
