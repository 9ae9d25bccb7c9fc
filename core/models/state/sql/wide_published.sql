-- The wide table, without the units of derived states.
select
  entity_state_id, entity_id, entity_type,
  each states as s (s.column, each s.measurement as m (s.delta)),
  each derived as d (d.column, each d.measurement as m (d.delta)),
  valid_from, valid_to, is_current, previous_entity_state_id, _processed_at
from model.nxw_states_wide
