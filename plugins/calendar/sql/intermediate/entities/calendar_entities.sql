-- The calendars: those of the calendar list, and those that only events name.
with seen as (
  select calendar_id, min(version_at) as first_at, max(version_at) as last_at, count(distinct event_id) as event_count, max(_ingested_at) as _ingested_at
  from normalized.event_versions
  where calendar_id <> ''
  group by calendar_id
),
listed as (
  select calendar_id, max(calendar_name) as calendar_name, max(time_zone) as time_zone, max(_ingested_at) as _ingested_at
  from normalized.calendar_list
  group by calendar_id
)
select
  'calendar' as entity_type,
  coalesce(l.calendar_id, s.calendar_id) as source_id,
  s.first_at as created_at,
  s.last_at as updated_at,
  l.calendar_name,
  l.time_zone as calendar_time_zone,
  coalesce(s.event_count, 0) as calendar_event_count,
  coalesce(s._ingested_at, l._ingested_at) as _ingested_at
from listed as l
full join seen as s on s.calendar_id = l.calendar_id
