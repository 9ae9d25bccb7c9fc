select n.entity_type, n.identifier_type, n.normalized_value, e.entity_id, n.first_seen_at, n.last_seen_at, n.n_events
from model.nxw_id_nodes as n
left join model.nxw_cc_root as r on r.v = n.node
join model.nxw_id_entities as e on e.component = coalesce(r.p, n.node)
where n.blocked_by is null
