-- Texts of an event: [name, value].
select
  f.event_id,
  json_text(d.item, '$[0]') as dimension_name,
  json_text(d.item, '$[1]') as dimension_value,
  f.occurred_at,
  f._ingested_at
from normalized.facts as f
cross join unnest(json_array(f.dims, '$')) as d(item)
