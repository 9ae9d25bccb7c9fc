-- One row a change of a guest's answer to yes or no, seen between two versions of the meeting.
with answers as (
  select
    m.meeting_key,
    v.version_order,
    v.version_at,
    v._ingested_at,
    normalize_email(json_text(a.value, '$.email')) as address,
    max(lower(replace(coalesce(json_text(a.value, '$.responseStatus'), json_text(a.value, '$.response_status')), '_', ''))) as response
  from normalized.meetings as m
  join normalized.event_versions as v on v.copy_id = m.copy_id
  cross join unnest(json_array(v.attendees, '$')) as a(value)
  where v.is_full and json_bool(a.value, '$.resource') is not true and normalize_email(json_text(a.value, '$.email')) is not null
  group by m.meeting_key, v.version_order, v.version_at, v._ingested_at, normalize_email(json_text(a.value, '$.email'))
),
spaced as (
  select
    meeting_key,
    address,
    version_order,
    version_at,
    response,
    _ingested_at,
    lag(response) over (partition by meeting_key, address order by version_order) as previous_response
  from answers
),
changed as (
  select
    meeting_key, address, response, version_at, _ingested_at,
    row_number() over (partition by meeting_key, address, response order by version_order) as nth
  from spaced
  where previous_response is not null and previous_response <> response and response in ('accepted', 'declined')
    and version_at is not null
)
select
  nexus_id('evt', case c.response when 'accepted' then 'invite_accepted' else 'invite_declined' end, c.meeting_key, c.address, c.nth) as event_id,
  case c.response when 'accepted' then 'invite_accepted' else 'invite_declined' end as event_name,
  c.meeting_key,
  c.address,
  m.summary,
  g.domain,
  g.is_generic_domain,
  c.version_at as occurred_at,
  c._ingested_at
from changed as c
join normalized.guests as g on g.meeting_key = c.meeting_key and g.address = c.address
join normalized.meetings as m on m.meeting_key = c.meeting_key
