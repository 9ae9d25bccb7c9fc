-- One row a change of the name that calendars give an address.
with given as (
  select address, scheduled_event_id as event_id, scheduled_at as occurred_at, max(display_name) as display_name, min(_ingested_at) as _ingested_at
  from normalized.meeting_people
  where display_name is not null
  group by address, scheduled_event_id, scheduled_at
),
spaced as (
  select address, event_id, occurred_at, display_name, _ingested_at,
    lag(display_name) over (partition by address order by occurred_at, event_id) as previous_name
  from given
)
select address, event_id, occurred_at, display_name, _ingested_at
from spaced
where previous_name is distinct from display_name
