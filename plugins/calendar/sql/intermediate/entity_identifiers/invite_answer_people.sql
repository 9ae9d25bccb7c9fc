-- Who answered an invitation, and for which meeting.
select
  event_id,
  nexus_id('ent_edg', event_id, 'person') as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  address as identifier_value,
  'attendee' as role,
  occurred_at,
  _ingested_at
from normalized.answers
union all
select
  event_id,
  nexus_id('ent_edg', event_id, 'group') as edge_id,
  'group' as entity_type,
  'domain' as identifier_type,
  domain as identifier_value,
  'attendee' as role,
  occurred_at,
  _ingested_at
from normalized.answers
where domain is not null and not is_generic_domain
union all
select
  event_id,
  nexus_id('ent_edg', event_id, 'meeting') as edge_id,
  'meeting' as entity_type,
  'meeting_id' as identifier_type,
  meeting_key as identifier_value,
  'meeting' as role,
  occurred_at,
  _ingested_at
from normalized.answers
