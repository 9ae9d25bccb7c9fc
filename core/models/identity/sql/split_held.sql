-- The identifiers in play of which a rule allows an entity one.
select s.rule_no, s.node, c.component
from model.nxw_sp_components as c
join model.nxw_sp_seeds as s on s.node = c.node
