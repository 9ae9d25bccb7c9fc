-- The rows of every edge that could link something: edges with one row link
-- nothing. `seen_in` is source and event as one text that sorts as the pair does
-- (no source name holds a space), so that one arg_min picks both.
with many as (
  select edge_id, entity_type
  from model.nexus_entity_identifiers
  where is_resolved(entity_type)
  group by edge_id, entity_type
  having count(*) > 1
),
numbered as (
  select edge_id, entity_type, row_number() over (order by edge_id, entity_type) as grp
  from many
)
select m.grp, n.node, n.blocked_by, concat(i.source, ' ', i.event_id) as seen_in, min(i.occurred_at) as seen_at
from model.nexus_entity_identifiers as i
join numbered as m on m.edge_id = i.edge_id and m.entity_type = i.entity_type
join model.nxw_id_nodes as n
  on n.entity_type = i.entity_type and n.identifier_type = i.identifier_type and n.normalized_value = i.normalized_value
group by m.grp, n.node, n.blocked_by, concat(i.source, ' ', i.event_id)
