-- A link by decree: a group of two that no edge holds, so its origin is no edge's number.
with top as (
  select coalesce(max(grp), 0) as grp
  from model.groups_in
),
decreed as (
  select m.pair_no, a.node as a, b.node as b
  from model.nxw_id_must_link as m
  join model.nxw_id_nodes as a
    on a.entity_type = m.entity_type and a.identifier_type = m.identifier_type_a and a.normalized_value = m.value_a
  join model.nxw_id_nodes as b
    on b.entity_type = m.entity_type and b.identifier_type = m.identifier_type_b and b.normalized_value = m.value_b
  where a.blocked_by is null and b.blocked_by is null and a.node <> b.node
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
