-- Whose meeting was moved.
select
  r.event_id,
  nexus_id('ent_edg', r.event_id, 'person', p.role, p.address) as edge_id,
  'person' as entity_type,
  'email' as identifier_type,
  p.address as identifier_value,
  p.role,
  r.occurred_at,
  r._ingested_at
from normalized.reschedulings as r
join normalized.meeting_people as p on p.meeting_key = r.meeting_key
union all
select
  r.event_id,
  nexus_id('ent_edg', r.event_id, 'group', p.role, p.domain) as edge_id,
  'group' as entity_type,
  'domain' as identifier_type,
  p.domain as identifier_value,
  p.role,
  r.occurred_at,
  max(r._ingested_at) as _ingested_at
from normalized.reschedulings as r
join normalized.meeting_people as p on p.meeting_key = r.meeting_key
where p.domain is not null and not p.is_generic_domain
group by r.event_id, p.role, p.domain, r.occurred_at
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
from normalized.reschedulings
