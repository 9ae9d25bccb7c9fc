with least_of as (
  select grp, min(node) as node
  from model.nxw_sp_active
  group by grp
  having min(node) < max(node)
)
select distinct l.node as a, g.node as b
from model.nxw_sp_active as g
join least_of as l on l.grp = g.grp
where g.node > l.node
