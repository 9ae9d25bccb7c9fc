-- An edge is one actor in one event: more than 50 identifiers on it are a mistake.
with large as (
  select edge_id, entity_type
  from model.nexus_entity_identifiers
  group by edge_id, entity_type
  having count(*) > 50
),
held as (
  select distinct i.edge_id, i.entity_type, i.identifier_type, i.normalized_value
  from model.nexus_entity_identifiers as i
  join large as l on l.edge_id = i.edge_id and l.entity_type = i.entity_type
)
select edge_id as sample
from held
group by edge_id, entity_type
having count(*) > 50
