-- A person worth looking at: seen in the most sources under several addresses,
-- then in the most events; with two of their addresses.
with seen as (
  select i.entity_type, i.normalized_value, i.identifier_type, count(distinct i.source) as sources
  from model.nexus_entity_identifiers as i
  where i.entity_type = 'person' and i.identifier_type = 'email'
  group by i.entity_type, i.normalized_value, i.identifier_type
),
people as (
  select r.entity_id, min(r.normalized_value) as one, max(r.normalized_value) as other,
    count(*) as addresses, sum(s.sources) as sources, sum(r.n_events) as events
  from model.nexus_resolved_identifiers as r
  join seen as s on s.entity_type = r.entity_type and s.identifier_type = r.identifier_type and s.normalized_value = r.normalized_value
  group by r.entity_id
)
select one, other
from people
qualify row_number() over (order by case when addresses > 1 then 1 else 0 end desc, sources desc, events desc, entity_id) = 1
