-- The links that an edge would have had, were nothing blocked.
with touched as (
  select grp, min(blocked_by) as blocked_by
  from model.nxw_id_members
  group by grp
  having min(blocked_by) is not null
),
least_of as (
  select m.grp, min(m.node) as node
  from model.nxw_id_members as m
  join touched as t on t.grp = m.grp
  group by m.grp
)
select l.grp as origin, a.node as a, b.node as b, coalesce(least(a.blocked_by, b.blocked_by), 0) as rule_no
from least_of as l
join model.nxw_id_members as a on a.grp = l.grp and a.node = l.node
join model.nxw_id_members as b on b.grp = l.grp
where b.node > a.node and (a.blocked_by is not null or b.blocked_by is not null)
