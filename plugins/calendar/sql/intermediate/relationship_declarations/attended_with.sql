-- Two people came to one meeting: from the first such meeting on. Only where the project asks for it, since every pair is a row.
with pairs as (
  select a.address as one, b.address as other, arg_min(a.held_event_id, a.start_at) as event_id, min(a.start_at) as occurred_at, min(a._ingested_at) as _ingested_at
  from normalized.meeting_people as a
  join normalized.meeting_people as b on b.meeting_key = a.meeting_key
  where a.is_held and a.address < b.address and a.response <> 'declined' and b.response <> 'declined'
  group by a.address, b.address
)
select
  event_id,
  occurred_at,
  'person' as entity_a_type,
  'email' as entity_a_identifier_type,
  one as entity_a_identifier,
  'attendee' as entity_a_role,
  'person' as entity_b_type,
  'email' as entity_b_identifier_type,
  other as entity_b_identifier,
  'attendee' as entity_b_role,
  'attended_with' as relationship_type,
  'bidirectional' as relationship_direction,
  true as is_active,
  _ingested_at
from pairs
