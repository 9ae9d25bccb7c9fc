-- One row a person of a meeting, with the meeting's times and events.
select
  m.meeting_key,
  g.address,
  g.display_name,
  case when g.is_organizer then 'organizer' when g.is_optional then 'optional_attendee' else 'attendee' end as role,
  g.response,
  g.domain,
  g.is_generic_domain,
  g.is_ours,
  g.is_own_domain,
  g.is_role_address,
  m.scheduled_event_id,
  m.scheduled_at,
  m.held_event_id,
  m.cancelled_event_id,
  m.start_at,
  m.end_at,
  m.is_held,
  m.is_cancelled,
  m.cancelled_at,
  m._ingested_at
from normalized.guests as g
join normalized.meetings as m on m.meeting_key = g.meeting_key
