-- Components that break no rule (any more) are done with.
select grp, origin, node, seen_at
from model.nxw_sp_done
union all
select g.grp, g.origin, g.node, g.seen_at
from model.nxw_sp_active as g
join model.nxw_sp_components as c on c.node = g.node
left join model.nxw_sp_violations as v on v.component = c.component
where v.component is null
