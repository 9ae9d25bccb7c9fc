-- The events whose rows do not agree about their time, with the earliest of those on edges that
-- could link something.
with differing as (
  select event_id
  from model.nexus_entity_identifiers
  where is_resolved(entity_type)
  group by event_id
  having min(occurred_at) < max(occurred_at)
)
select i.source, i.event_id, min(i.occurred_at) as seen_at
from differing as d
join model.nexus_entity_identifiers as i on i.event_id = d.event_id
join model.nxw_id_edges as e on e.edge_id = i.edge_id
where is_resolved(i.entity_type)
group by i.source, i.event_id
