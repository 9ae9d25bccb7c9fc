select
  entity_of(t.entity_type, t.identifier_type, t.source, t.normalized_value, r.entity_id) as entity_id,
  t.entity_type, t.trait_name, t.trait_value, t.occurred_at, t.source, t.event_id, t._ingested_at, t.entity_trait_id
from model.nexus_entity_traits as t
left join model.nexus_resolved_identifiers as r
  on r.entity_type = t.entity_type and r.identifier_type = t.identifier_type and r.normalized_value = t.normalized_value
union all
each computed as x (
  select entity_id, entity_type, trait_name, trait_value, occurred_at, source, cast(null as text), cast(null as timestamp), entity_trait_id
  from model.nxw_computed_traits_in
  where fault is null
)
