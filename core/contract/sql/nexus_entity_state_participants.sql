select e.event_name, count(*) as changed_a_state
from nexus_entity_state_participants as p
join nexus_events as e on e.event_id = p.event_id
where p.entity_state_id is null or p.entity_state_id <> p.entity_state_id_after
group by e.event_name
