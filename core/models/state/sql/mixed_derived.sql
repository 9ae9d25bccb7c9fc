-- Derived states that add amounts of several units.
each derived as d (
  select
    'nexus_states' as table_name, 'project' as source, 'mixed_units' as reason, d.name as detail,
    count(distinct entity_id) as n, min(entity_id) as sample
  from model.nxw_states_wide
  where d.unit = '?'
  having count(*) > 0
)
