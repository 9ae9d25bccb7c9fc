select state_name, state_value, count(*) as entities
from nexus_states
where is_current and state_category = 'dimension'
group by state_name, state_value
