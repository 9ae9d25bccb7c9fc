with distinct_roles as (
  select i.event_id, n.entity_id, i.entity_type, i.role, min(i.occurred_at) as occurred_at
  from model.nexus_entity_identifiers as i
  join model.nxw_identifier_entities as n
    on n.entity_type = i.entity_type and n.identifier_type = i.identifier_type and n.source = i.source
    and n.normalized_value = i.normalized_value
  group by i.event_id, n.entity_id, i.entity_type, i.role
)
select
  nexus_id('ent_prt', event_id, entity_id, role) as entity_participant_id,
  event_id, entity_id, entity_type, role, occurred_at, run_started_at() as _processed_at
from distinct_roles
