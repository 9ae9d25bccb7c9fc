-- Combined states whose values have several units, and states of money without any.
select
  'nexus_states' as table_name, i.source, 'mixed_units' as reason, i.state_name as detail,
  count(distinct i.entity_id) as n, min(i.entity_id) as sample
from model.nxw_state_units as u
join model.nxw_state_instants as i on i.entity_id = u.entity_id and i.state_name = u.state_name and i.occurred_at = u.occurred_at
where u.n_units > 1
group by i.source, i.state_name
union all
-- Money of no currency.
select 'nexus_states' as table_name, source, 'amount_without_unit' as reason, state_name as detail, count(*) as n, min(event_id) as sample
from model.nxw_state_changes
where value_unit = '?'
group by source, state_name
