-- One row a room or other resource of a meeting.
select
  c.meeting_key,
  lower(json_text(a.value, '$.email')) as address,
  max(coalesce(json_text(a.value, '$.displayName'), json_text(a.value, '$.display_name'), json_text(a.value, '$.email'))) as room_name
from normalized.meeting_copies as c
cross join unnest(json_array(c.attendees, '$')) as a(value)
where json_bool(a.value, '$.resource') is true or ends_with(lower(json_text(a.value, '$.email')), '@resource.calendar.google.com')
group by c.meeting_key, lower(json_text(a.value, '$.email'))
