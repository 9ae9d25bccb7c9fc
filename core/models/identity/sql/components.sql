-- Every identifier that is one, its component (named by its least identifier) and the entity it was of.
select n.node, coalesce(r.p, n.node) as component, p.entity_id as previous_entity_id
from model.nxw_id_nodes as n
left join model.nxw_cc_root as r on r.v = n.node
left join prev.nexus_resolved_identifiers as p
  on p.entity_type = n.entity_type and p.identifier_type = n.identifier_type and p.normalized_value = n.normalized_value
where n.blocked_by is null
