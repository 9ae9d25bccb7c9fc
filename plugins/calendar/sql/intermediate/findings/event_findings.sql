-- Events that cannot be read, or are dated by nothing.
with whole as (
  select copy_id, bool_or(is_full) as is_full, bool_or(is_series) as is_series, min(unread_start) as unread_start, min(event_id) as event_id,
    max(_ingested_at) as _ingested_at
  from normalized.event_versions
  group by copy_id
)
select
  'events' as table_name,
  case when unread_start is null then 'incomplete_record' else 'unread_time' end as reason,
  case when unread_start is not null then 'start' end as detail,
  coalesce(unread_start, event_id) as sample,
  _ingested_at
from whole
where not is_full and not is_series
union all
select distinct 'events' as table_name, 'unknown_value' as reason, 'time zone' as detail, unknown_zone as sample, _ingested_at
from normalized.event_versions
where unknown_zone is not null
union all
-- Kinds of events that Google added; they count as meetings.
select distinct 'events' as table_name, 'unknown_value' as reason, 'event type' as detail, event_type as sample, _ingested_at
from normalized.event_versions
where event_type not in ('default', 'fromgmail', 'focustime', 'outofoffice', 'workinglocation', 'birthday')
union all
-- Cancelled, and nothing says when.
select 'events' as table_name, 'unread_time' as reason, 'cancelled' as detail, meeting_key as sample, _ingested_at
from normalized.meetings
where is_cancelled_undated
