with top as (
  select coalesce(max(grp), 0) as grp
  from model.nxw_sp_active
)
select coalesce(t.grp + p.part_no, g.grp) as grp, g.origin, g.node, g.seen_at
from model.nxw_sp_current as g
join model.nxw_sp_territories as r on r.node = g.node
left join model.nxw_sp_parts as p on p.grp = g.grp and p.territory = r.territory
cross join top as t
