-- Who was asked to a meeting, and whose organization. Who declined has that as a second role; an organization, if all of its people did.
select
  scheduled_event_id as event_id,
  nexus_id('ent_edg', scheduled_event_id, 'person', role, address) as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  address as identifier_value,
  role,
  scheduled_at as occurred_at,
  _ingested_at
from normalized.meeting_people
union all
select
  scheduled_event_id as event_id,
  nexus_id('ent_edg', scheduled_event_id, 'group', role, domain) as edge_id,
  'group' as entity_type,
  'domain' as identifier_type,
  domain as identifier_value,
  role,
  scheduled_at as occurred_at,
  max(_ingested_at) as _ingested_at
from normalized.meeting_people
where domain is not null and not is_generic_domain
group by scheduled_event_id, role, domain, scheduled_at
union all
select
  scheduled_event_id as event_id,
  nexus_id('ent_edg', scheduled_event_id, 'person', 'declined', address) as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  address as identifier_value,
  'declined' as role,
  scheduled_at as occurred_at,
  _ingested_at
from normalized.meeting_people
where response = 'declined'
union all
select
  scheduled_event_id as event_id,
  nexus_id('ent_edg', scheduled_event_id, 'group', 'declined', domain) as edge_id,
  'group' as entity_type,
  'domain' as identifier_type,
  domain as identifier_value,
  'declined' as role,
  scheduled_at as occurred_at,
  max(_ingested_at) as _ingested_at
from normalized.meeting_people
where domain is not null and not is_generic_domain
group by scheduled_event_id, domain, scheduled_at
having bool_and(response = 'declined')
union all
select
  scheduled_event_id as event_id,
  nexus_id('ent_edg', scheduled_event_id, 'meeting') as edge_id,
  'meeting' as entity_type,
  'meeting_id' as identifier_type,
  meeting_key as identifier_value,
  'meeting' as role,
  scheduled_at as occurred_at,
  _ingested_at
from normalized.meetings
