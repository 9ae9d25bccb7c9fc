-- Of each component that breaks a rule, the first rule it breaks.
with crowded as (
  select c.component, s.rule_no
  from model.nxw_sp_components as c
  join model.nxw_sp_seeds as s on s.node = c.node
  group by c.component, s.rule_no
  having count(*) > 1
)
select component, min(rule_no) as rule_no
from crowded
group by component
