-- Of each component that breaks a rule, the first rule it breaks.
with crowded as (
  select component, rule_no
  from model.nxw_sp_held
  group by component, rule_no
  having count(*) > 1
)
select component, min(rule_no) as rule_no
from crowded
group by component
