-- Who is blocked is of no component that has an id.
with numbers as (
  select k.node, k.n_events, coalesce(r.p, k.node) as component
  from model.nxw_id_counts as k
  left join model.nxw_cc_root as r on r.v = k.node
)
select n.entity_type, n.identifier_type, n.normalized_value, e.entity_id, n.first_seen_at, n.last_seen_at, k.n_events
from model.nxw_id_nodes as n
join numbers as k on k.node = n.node
join model.nxw_id_entities as e on e.component = k.component
