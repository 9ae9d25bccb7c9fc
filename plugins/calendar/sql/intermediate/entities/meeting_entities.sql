-- The meetings.
select
  'meeting' as entity_type,
  meeting_key as source_id,
  scheduled_at as created_at,
  coalesce(updated_at, scheduled_at) as updated_at,
  summary as meeting_summary,
  start_at as meeting_start_at,
  end_at as meeting_end_at,
  location as meeting_location,
  room as meeting_room,
  conference_provider as meeting_conference_provider,
  organizer_email as meeting_organizer,
  case when is_cancelled then 'cancelled' when is_held then 'held' when end_at <= as_of() then 'not_held' else 'scheduled' end as meeting_status,
  case when is_recurring then ical_uid end as meeting_series_id,
  calendar_id as meeting_calendar_id,
  copy_count as meeting_copy_count,
  _ingested_at
from normalized.meetings
