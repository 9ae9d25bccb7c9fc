-- Every entity that there is before anything is computed.
select entity_id, entity_type
from (
  select entity_id, entity_type from model.nexus_resolved_identifiers
  union all
  select entity_id, entity_type from model.nexus_entity_participants
  union all
  select entity_id, entity_type from model.nxw_registered_entities
) as seen
group by entity_id, entity_type
