with linked as (
  select
    i.event_id, i.entity_type, i.role, i.occurred_at,
    entity_of(i.entity_type, i.identifier_type, i.source, i.normalized_value, r.entity_id) as entity_id
  from model.nexus_entity_identifiers as i
  left join model.nexus_resolved_identifiers as r
    on r.entity_type = i.entity_type and r.identifier_type = i.identifier_type and r.normalized_value = i.normalized_value
  where has_entity(i.entity_type, i.identifier_type, r.entity_id)
),
distinct_roles as (
  select event_id, entity_id, entity_type, role, min(occurred_at) as occurred_at
  from linked
  group by event_id, entity_id, entity_type, role
)
select
  nexus_id('ent_prt', event_id, entity_id, role) as entity_participant_id,
  event_id, entity_id, entity_type, role, occurred_at, run_started_at() as _processed_at
from distinct_roles
