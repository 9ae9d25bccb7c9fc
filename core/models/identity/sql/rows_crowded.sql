-- The rows of every group that is no pair and could link something. A group is the part of an edge that is of
-- one type. The edges are joined by the number of their type: engines would conclude that identifiers and edges
-- of one type join, and try that first. Which of the numbers a group gets decides nothing, so the
-- cheapest order will do.
with crowded as (
  select edge_id, type_number(entity_type) as type_no, row_number() over (partition by mod(a + b, 256) order by a) * 256 + mod(a + b, 256) as grp
  from model.nxw_id_edges
  where is_pair = 0 and a < b
)
select m.grp, n.node, n.blocked_by, i.source, i.event_id, i.occurred_at
from crowded as m
join model.nexus_entity_identifiers as i on i.edge_id = m.edge_id
join model.nxw_id_nodes as n
  on n.entity_type = i.entity_type and n.identifier_type = i.identifier_type and n.normalized_value = i.normalized_value
where type_number(i.entity_type) = m.type_no
