-- Each value that there may be one of holds a territory, itself at first.
select h.node, h.node as territory
from model.nxw_sp_held as h
join model.nxw_sp_violations as v on v.component = h.component and v.rule_no = h.rule_no
