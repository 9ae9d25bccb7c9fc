-- Who came to a meeting, as far as the answers tell: everybody who did not decline.
select
  held_event_id as event_id,
  nexus_id('ent_edg', held_event_id, 'person', role, address) as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  address as identifier_value,
  role,
  start_at as occurred_at,
  _ingested_at
from normalized.meeting_people
where is_held and response <> 'declined'
union all
select
  held_event_id as event_id,
  nexus_id('ent_edg', held_event_id, 'group', role, domain) as edge_id,
  'group' as entity_type,
  'domain' as identifier_type,
  domain as identifier_value,
  role,
  start_at as occurred_at,
  max(_ingested_at) as _ingested_at
from normalized.meeting_people
where is_held and response <> 'declined' and domain is not null and not is_generic_domain
group by held_event_id, role, domain, start_at
union all
select
  held_event_id as event_id,
  nexus_id('ent_edg', held_event_id, 'meeting') as edge_id,
  'meeting' as entity_type,
  'meeting_id' as identifier_type,
  meeting_key as identifier_value,
  'meeting' as role,
  start_at as occurred_at,
  _ingested_at
from normalized.meetings
where is_held
