-- A link by decree: a group of two that no edge holds, so its origin is no edge's number.
with top as (
  select coalesce(max(grp), 0) as grp
  from model.groups_in
),
decreed as (
  select m.pair_no, min(n.node) as a, max(n.node) as b
  from model.nxw_id_must_link as m
  join model.nxw_id_nodes as n
    on n.entity_type = m.entity_type and n.identifier_type = m.identifier_type and n.normalized_value = m.normalized_value
  where n.blocked_by is null
  group by m.pair_no
  having min(n.node) < max(n.node)
)
select grp, origin, node, seen_at
from model.groups_in
union all
select t.grp + d.pair_no, 0 - d.pair_no, d.a, timestamp '0001-01-01T00:00:00Z'
from decreed as d
cross join top as t
union all
select t.grp + d.pair_no, 0 - d.pair_no, d.b, timestamp '0001-01-01T00:00:00Z'
from decreed as d
cross join top as t
