-- The links that an edge would have had, were nothing blocked.
with least_of as (
  select grp, min(node) as node, arg_min(coalesce(blocked_by, 0), node) as blocked_by
  from model.nxw_id_members
  group by grp
  having min(blocked_by) is not null
)
select m.grp as origin, l.node as a, m.node as b, coalesce(least(nullif(l.blocked_by, 0), m.blocked_by), 0) as rule_no
from model.nxw_id_members as m
join least_of as l on l.grp = m.grp
where m.node > l.node and (l.blocked_by > 0 or m.blocked_by is not null)
