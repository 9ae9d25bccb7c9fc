-- The id of each component, of a first build: of its least identifier.
select n.node as component, fresh_id(n.entity_type, n.identifier_type, n.normalized_value, 0) as entity_id
from model.nxw_id_nodes as n
left join model.nxw_cc_root as r on r.v = n.node
where n.blocked_by is null and r.v is null
