-- Random ids are long and do not compress: events and entities are their numbers here.
with identifiers as (
  select i.entity_type, i.identifier_type, i.source, i.normalized_value, n.entity
  from model.nxw_identifier_entities as i
  join model.nexus_numbered_entities as n on n.entity_id = i.entity_id
)
select e.event, n.entity, i.role, min(i.occurred_at) as occurred_at
from model.nexus_entity_identifiers as i
join identifiers as n
  on n.entity_type = i.entity_type and n.identifier_type = i.identifier_type and n.source = i.source
  and n.normalized_value = i.normalized_value
join model.nexus_numbered_events as e on e.event_id = i.event_id
group by e.event, n.entity, i.role
