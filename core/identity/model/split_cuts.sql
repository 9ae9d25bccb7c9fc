with least_of as (
  select g.grp, min(g.node) as node
  from model.nxw_sp_current as g
  join model.nxw_sp_parts as p on p.grp = g.grp
  group by g.grp
)
select origin, a, b, rule_no
from model.nxw_sp_cuts
union all
select g.origin, l.node as a, g.node as b, g.rule_no
from least_of as l
join model.nxw_sp_current as g on g.grp = l.grp
join model.nxw_sp_territories as s on s.node = l.node
join model.nxw_sp_territories as t on t.node = g.node
where s.territory <> t.territory
