-- Values of measurements that are no numbers. What a source says so ends the value before; what is computed is left out (changes.sql).
select 'nexus_states' as table_name, source, 'unread_value' as reason, state_name as detail, count(*) as n, min(event_id) as sample
from model.nxw_state_changes_in
where fault is null and is_measurement(state_name) and is_no_number(state_numeric_value, state_value)
group by source, state_name
union all
each computed as x (
  select 'nexus_states' as table_name, source, 'unread_value' as reason, state_name as detail, count(*) as n, min(entity_id) as sample
  from model.nxw_computed_state_changes_in
  where fault is null and is_measurement(state_name) and is_no_number(state_numeric_value, state_value)
  group by source, state_name
)
