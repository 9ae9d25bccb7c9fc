select
  nexus_id('ent_prt', e.event_id, n.entity_id, p.role) as entity_participant_id,
  e.event_id, n.entity_id, n.entity_type, p.role, p.occurred_at, run_started_at() as _processed_at
from model.nexus_numbered_participants as p
join model.nexus_numbered_events as e on e.event = p.event
join model.nexus_numbered_entities as n on n.entity = p.entity
