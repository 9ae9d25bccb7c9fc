-- Edges by type, where they have two rows of it or more. A pair has two rows of one event: what it
-- links and when is all in one row of this table. Only of the others are the rows read again.
select
  i.edge_id, i.entity_type, min(n.node) as a, max(n.node) as b, coalesce(min(n.blocked_by), 0) as rule_no,
  min(i.source) as source, min(i.event_id) as event_id, min(i.occurred_at) as seen_at,
  case
    when count(*) = 2 and (min(i.source) = max(i.source) and min(i.event_id) = max(i.event_id)) then 1
    else 0
  end as is_pair
from model.nexus_entity_identifiers as i
join model.nxw_id_nodes as n
  on n.entity_type = i.entity_type and n.identifier_type = i.identifier_type and n.normalized_value = i.normalized_value
where i.edge_id is not null
group by i.edge_id, i.entity_type
having count(*) > 1
