-- Money has a unit; 0 needs none.
select state_id as sample
from model.nexus_states
where state_name in (each moneys as n (n.value)) and state_numeric_value <> 0 and value_unit is null
