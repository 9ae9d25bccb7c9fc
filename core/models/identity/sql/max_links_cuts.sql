select g.origin, least(g.node, o.node) as a, greatest(g.node, o.node) as b, rule.no as rule_no
from model.groups_in as g
join model.hubs as h on h.node = g.node
join model.groups_in as o on o.grp = g.grp
left join model.hubs as m on m.node = o.node
where o.node <> g.node and (o.node <> h.keeps or coalesce(m.keeps, g.node) <> g.node)
