select state_name, state_category, state_value, state_numeric_value, state_entered_at, source
from model.nexus_states
where entity_id = needle() and is_current
