-- The identifiers with too many links, each with the one it keeps: the earliest, then the least.
with pairs as (
  select g.node, o.node as other, min(greatest(g.seen_at, o.seen_at)) as linked_at
  from model.groups_in as g
  join model.nxw_id_nodes as n on n.node = g.node
  join model.groups_in as o on o.grp = g.grp
  where n.entity_type = rule.entity_type and n.identifier_type = rule.identifier_type and o.node <> g.node
  group by g.node, o.node
)
select node, arg_min(other, linked_at) as keeps
from pairs
group by node
having count(*) > rule.limit
