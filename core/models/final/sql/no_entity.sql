-- What resolution had no entity for.
select
  'nexus_resolved_entity_traits' as table_name, source, 'no_entity' as reason, trait_name as detail,
  count(*) as n, min(event_id) as sample
from model.nxw_trait_links
where entity_id is null
group by source, trait_name
union all
select 'nexus_states' as table_name, source, 'no_entity' as reason, state_name as detail, count(*) as n, min(event_id) as sample
from model.nxw_state_changes
where entity_id is null
group by source, state_name
union all
select
  'nexus_relationships' as table_name, source, 'no_entity' as reason, relationship_type as detail,
  count(*) as n, min(event_id) as sample
from model.nxw_relationship_ends
where entity_a_id is null or entity_b_id is null
group by source, relationship_type
