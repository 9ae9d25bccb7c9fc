-- Who put a meeting on the calendar where a calendar, not a person, organizes it.
select
  scheduled_event_id as event_id,
  nexus_id('ent_edg', scheduled_event_id, 'person', 'creator', creator_email) as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  creator_email as identifier_value,
  'creator' as role,
  scheduled_at as occurred_at,
  _ingested_at
from normalized.meetings
where organizer_person is null and creator_email is not null
