with per_entity as (
  select entity_id, entity_type, count(*) as identifiers
  from model.nexus_resolved_identifiers
  group by entity_id, entity_type
),
all_totals as (
  select 'events' as what, '' as detail, count(*) as n from model.nexus_events
  union all
  select 'entities' as what, entity_type as detail, count(*) as n from model.nexus_entities group by entity_type
  union all
  select 'identifiers' as what, '' as detail, coalesce(sum(identifiers), 0) as n from per_entity
  union all
  select 'merged' as what, '' as detail, count(*) as n from per_entity where identifiers > 1
  union all
  select 'states' as what, '' as detail, count(*) as n from model.nexus_states
  union all
  select 'current_states' as what, '' as detail, count(*) as n from model.nexus_states where is_current
  union all
  select 'relationships' as what, '' as detail, count(*) as n from model.nexus_relationships
)
select what, detail, n from all_totals
