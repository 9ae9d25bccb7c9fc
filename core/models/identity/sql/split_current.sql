select g.grp, g.origin, g.node, g.seen_at, v.rule_no
from model.nxw_sp_active as g
join model.nxw_sp_components as c on c.node = g.node
join model.nxw_sp_violations as v on v.component = c.component
