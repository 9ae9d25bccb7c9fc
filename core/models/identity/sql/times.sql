-- When each source says that an event was whose rows disagree: the earliest of its rows on edges that could
-- link something.
select e.event, i.source, min(i.occurred_at) as seen_at
from model.nxw_id_events as e
join model.nexus_entity_identifiers as i on i.event_id = e.event_id
join model.nxw_id_edges as g on g.edge_id = i.edge_id
where e.event < 0 and is_resolved(i.entity_type)
group by e.event, i.source
