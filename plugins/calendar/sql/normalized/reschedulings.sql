-- One row a new start of a meeting: a change between two versions of its copy, or an instance of a series that is first seen
-- elsewhere than the series puts it. Where no time says when it was moved, there is no event.
with versions as (
  select
    m.meeting_key,
    v.version_order,
    v.version_at,
    v.start_at,
    v._ingested_at,
    coalesce(
      lag(v.start_at) over (partition by v.copy_id order by v.version_order),
      case when m.is_recurring then m.original_start_at end) as previous_start_at
  from normalized.meetings as m
  join normalized.event_versions as v on v.copy_id = m.copy_id
  where v.is_full and not v.is_gone
),
moved as (
  select
    meeting_key, previous_start_at, start_at, version_at, _ingested_at,
    row_number() over (partition by meeting_key, start_at order by version_order) as nth
  from versions
  where previous_start_at <> start_at and version_at is not null
)
select
  nexus_id('evt', 'meeting_rescheduled', meeting_key, start_at, nth) as event_id,
  meeting_key,
  version_at as occurred_at,
  previous_start_at,
  start_at,
  date_diff('minute', previous_start_at, start_at) as shift_minutes,
  _ingested_at
from moved
