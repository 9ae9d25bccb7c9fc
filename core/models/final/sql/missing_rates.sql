-- Amounts for which there is no rate on or before their day.
select
  'nexus_states' as table_name, source, 'missing_rate' as reason, concat(state_name, ' ', substring(value_unit, 2)) as detail,
  count(*) as n, min(event_id) as sample
from model.nxw_state_changes
where starts_with(value_unit, '?') and value_unit <> '?'
group by source, state_name, value_unit
