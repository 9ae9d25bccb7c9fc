select e.event_name, p.role, count(distinct p.entity_id) as entities
from nexus_entity_participants as p
join nexus_events as e on e.event_id = p.event_id
group by e.event_name, p.role
