-- Numbers of an event: [name, value, unit].
select
  f.event_id,
  json_text(m.item, '$[0]') as measurement_name,
  json_decimal(m.item, '$[1]') as value,
  json_text(m.item, '$[2]') as value_unit,
  f.occurred_at,
  f._ingested_at
from normalized.facts as f
cross join unnest(json_array(f.measures, '$')) as m(item)
