with owned as (
  select g.grp, g.origin, g.node, g.rule_no, p.territory
  from model.nxw_sp_current as g
  join model.nxw_sp_territories as t on t.node = g.node
  join model.nxw_sp_parts as p on p.grp = g.grp and p.territory = t.territory
),
least_of as (
  select grp, min(node) as node, arg_min(territory, node) as territory
  from owned
  group by grp
)
select origin, a, b, rule_no
from model.nxw_sp_cuts
union all
select o.origin, l.node as a, o.node as b, o.rule_no
from owned as o
join least_of as l on l.grp = o.grp
where o.territory <> l.territory
