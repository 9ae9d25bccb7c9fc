-- Each value that there may be one of holds a territory, itself at first.
select s.node, s.node as territory
from model.nxw_sp_violations as v
join model.nxw_sp_components as c on c.component = v.component
join model.nxw_sp_seeds as s on s.node = c.node and s.rule_no = v.rule_no
