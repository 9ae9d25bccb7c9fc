-- The rows of resolved types by numbers. The source is that of an event that several have.
select
  i.edge_id, type_number(i.entity_type) as type_no, n.node, n.blocked_by, e.event,
  case when e.is_shared then i.source end as source
from model.nexus_entity_identifiers as i
join model.nxw_id_nodes as n
  on n.entity_type = i.entity_type and n.identifier_type = i.identifier_type and n.normalized_value = i.normalized_value
join model.nxw_id_events as e on e.event_id = i.event_id
