-- The value of each state at each instant at which it changed.
select entity_id, entity_type, state_name, occurred_at, value, numeric_value, value_unit, rate_date, event_id, source, _ingested_at
from model.nxw_state_instants
