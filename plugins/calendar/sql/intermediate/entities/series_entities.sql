-- The series of meetings: their rule, and how many of their instances were loaded.
with masters as (
  select
    coalesce(ical_uid, concat(event_id, '@google.com')) as series_key,
    arg_max(version_id, version_order) as version_id,
    min(created_at) as created_at,
    max(version_at) as updated_at,
    max(_ingested_at) as _ingested_at
  from normalized.event_versions
  where is_series and is_full
  group by coalesce(ical_uid, concat(event_id, '@google.com'))
),
instances as (
  select ical_uid as series_key, count(*) as instance_count, min(scheduled_at) as created_at, max(_ingested_at) as _ingested_at
  from normalized.meetings
  where is_recurring
  group by ical_uid
)
select
  'meeting_series' as entity_type,
  coalesce(m.series_key, i.series_key) as source_id,
  coalesce(m.created_at, i.created_at) as created_at,
  coalesce(m.updated_at, i.created_at) as updated_at,
  v.summary as series_summary,
  v.recurrence as series_recurrence,
  v.start_at as series_start_at,
  v.organizer_email as series_organizer,
  g.is_gone as series_is_cancelled,
  coalesce(i.instance_count, 0) as series_instance_count,
  coalesce(m._ingested_at, i._ingested_at) as _ingested_at
from masters as m
full join instances as i on i.series_key = m.series_key
left join normalized.event_versions as v on v.version_id = m.version_id
-- A stub says that it is gone, and nothing else.
left join (select copy_id, arg_max(is_gone, version_order) as is_gone from normalized.event_versions group by copy_id) as g on g.copy_id = v.copy_id
