-- Flags that are neither true nor false: nexus_event_dimensions shows them as false.
select
  'nexus_event_dimensions' as table_name, source, 'unread_value' as reason, dimension_name as detail, count(*) as n, min(event_id) as sample
from model.nexus_event_dimensions_unioned
where dimension_name in (each flags as f (f.value)) and dimension_value is not null and cast(dimension_value as boolean) is null
group by source, dimension_name
