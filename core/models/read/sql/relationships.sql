with named as (
  select entity_id, max(trait_value) as name
  from model.nexus_resolved_entity_traits
  where trait_name = 'name'
  group by entity_id
),
both_ways as (
  select relationship_type, entity_a_role as role, entity_b_role as other_role, entity_b_id as other_id, entity_b_type as other_type,
    is_active, established_at, ended_at
  from model.nexus_relationships
  where entity_a_id = needle()
  union all
  select relationship_type, entity_b_role as role, entity_a_role as other_role, entity_a_id as other_id, entity_a_type as other_type,
    is_active, established_at, ended_at
  from model.nexus_relationships
  where entity_b_id = needle() and entity_a_id <> needle()
)
select b.relationship_type, b.role, b.other_role, b.other_type, b.other_id, n.name as other_name, b.is_active, b.established_at, b.ended_at
from both_ways as b
left join named as n on n.entity_id = b.other_id
