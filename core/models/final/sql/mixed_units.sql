-- Combined states whose values have several units.
select
  'nexus_states' as table_name, i.source, 'mixed_units' as reason, i.state_name as detail,
  count(distinct i.entity_id) as n, min(i.entity_id) as sample
from model.nxw_state_units as u
join model.nxw_state_instants as i on i.entity_id = u.entity_id and i.state_name = u.state_name and i.occurred_at = u.occurred_at
where u.n_units > 1
group by i.source, i.state_name
