select
  state_id, entity_id, entity_type, state_name, state_category, state_value, state_numeric_value, value_unit, rate_date,
  state_entered_at, state_exited_at, is_current, trigger_event_id, source, _processed_at
from former
union all
select
  state_id, entity_id, entity_type, state_name, state_category, state_value, state_numeric_value, value_unit, rate_date,
  state_entered_at, state_exited_at, is_current, trigger_event_id, source, _processed_at
from latter
