-- The state row before that of the event's own instant is in force just before it.
select
  each stored as x (k.event_id),
  each numbered as x (e.event_id),
  s.entity_id, s.entity_type, k.occurred_at,
  case when s.valid_from = k.occurred_at then s.previous_entity_state_id else s.entity_state_id end as entity_state_id,
  s.entity_state_id as entity_state_id_after,
  run_started_at() as _processed_at
from
  each stored as x (looked_back as k join model.nexus_entity_states as s on s.entity_id = k.entity_id and s.valid_from = k.valid_from)
  each numbered as x (
    model.nexus_numbered_state_participants as k
    join model.nexus_numbered_events as e on e.event = k.event
    join model.nexus_numbered_entities as n on n.entity = k.entity
    join model.nexus_entity_states as s on s.entity_id = n.entity_id and s.valid_from = k.valid_from
  )
