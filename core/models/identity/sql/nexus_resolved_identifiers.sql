select n.entity_type, n.identifier_type, n.normalized_value, e.entity_id, n.first_seen_at, n.last_seen_at, k.n_events
from model.nxw_id_components as c
join model.nxw_id_nodes as n on n.node = c.node
join model.nxw_id_counts as k on k.node = n.node
join model.nxw_id_entities as e on e.component = c.component
