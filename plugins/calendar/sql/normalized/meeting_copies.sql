-- One row an event on a calendar (masters of series are none): its last full version, whether it is gone, and which meeting it is a copy of.
-- A stub that was never seen in full cannot be told to be anything and is left out.
with latest as (
  select
    copy_id,
    arg_max(case when is_full then version_id end, case when is_full then version_order end) as version_id,
    arg_max(is_gone, version_order) as is_gone,
    arg_max(version_at, version_order) as last_at,
    -- It went with the first version that says so; if it came back in between, no earlier than it was last there.
    min(case when is_gone then version_at end) as gone_at,
    max(case when not is_gone then version_at end) as alive_at,
    min(version_at) as first_at,
    max(ical_uid) as ical_uid,
    max(calendar_id) as calendar_id,
    arg_max(start_at, case when is_full then version_order end) as start_at,
    max(recurring_event_id) as recurring_event_id,
    max(original_key) as original_key,
    bool_or(is_series) as is_series,
    max(_ingested_at) as _ingested_at
  from normalized.event_versions
  group by copy_id
),
series as (
  select copy_id, max(ical_uid) as ical_uid, arg_max(is_gone, version_order) as is_gone, min(case when is_gone then version_at end) as gone_at
  from normalized.event_versions
  group by copy_id
),
joined as (
  select
    l.*,
    s.ical_uid as series_ical_uid,
    s.gone_at as series_gone_at,
    coalesce(s.is_gone and l.start_at >= s.gone_at and coalesce(l.last_at <= s.gone_at, true), false) as is_ended
  from latest as l
  left join series as s on s.copy_id = concat(l.calendar_id, '/', l.recurring_event_id)
)
select
  v.copy_id,
  v.calendar_id,
  v.event_id,
  coalesce(l.ical_uid, l.series_ical_uid, concat(coalesce(l.recurring_event_id, v.event_id), '@google.com')) as ical_uid,
  concat(
    coalesce(l.ical_uid, l.series_ical_uid, concat(coalesce(l.recurring_event_id, v.event_id), '@google.com')),
    case when l.recurring_event_id is not null then concat('@', l.original_key) end) as meeting_key,
  l.recurring_event_id is not null as is_recurring,
  -- What was to come of a series goes with it, as long as nothing later says otherwise.
  l.is_gone or l.is_ended as is_gone,
  case
    when l.is_gone and l.gone_at is not null then greatest(l.gone_at, l.alive_at)
    when not l.is_gone and l.is_ended then l.series_gone_at
  end as gone_at,
  l.first_at,
  v.version_id,
  v.version_at,
  v.version_order,
  v.start_at,
  v.end_at,
  v.is_all_day,
  v.original_start_at,
  v.created_at,
  v.updated_at,
  v.sequence,
  v.summary,
  v.location,
  v.event_type,
  v.transparency,
  v.visibility,
  v.organizer_email,
  v.organizer_name,
  v.is_organizer_copy,
  v.creator_email,
  v.creator_name,
  v.is_attendees_omitted,
  v.attendees,
  v.conference_provider,
  l._ingested_at
from joined as l
join normalized.event_versions as v on v.version_id = l.version_id
where not l.is_series
