-- The rows of every group that could link something, but for pairs where those are links as they are. A group is the
-- part of an edge that is of one type. Which of the numbers a group gets decides nothing, so the cheapest order will do.
with crowded as (
  select edge_id, type_no, row_number() over (partition by mod(a + b, 256) order by a) * 256 + mod(a + b, 256) as grp
  from model.nxw_id_edges
  where a < b and all unguarded as u (is_pair = 0)
)
select m.grp, r.node, r.blocked_by, r.event, r.source
from crowded as m
join model.nxw_id_rows as r on r.edge_id = m.edge_id and r.type_no = m.type_no
