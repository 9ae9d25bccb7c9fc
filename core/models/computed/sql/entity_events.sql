-- The events of each entity, in each of its roles.
select p.entity_id, p.entity_type, p.role, e.event_id, e.occurred_at, e.event_name, e.event_type, e.source
from model.nexus_entity_participants as p
join model.nexus_events as e on e.event_id = p.event_id
