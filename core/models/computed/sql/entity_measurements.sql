select
  v.entity_id, v.entity_type, v.role, v.event_id, v.occurred_at, v.event_name, v.event_type, v.source,
  m.measurement_name,
  each plain as p (m.value, m.value_unit, cast(null as date) as rate_date),
  each reporting as r (
    case when c.event_measurement_id is null then m.value else c.value end as value,
    case when c.event_measurement_id is null then m.value_unit else c.value_unit end as value_unit,
    c.rate_date
  )
from model.nxw_entity_events as v
join model.nexus_event_measurements_unioned as m on m.event_id = v.event_id
each reporting as r (left join model.nxw_converted_measurements as c on c.event_measurement_id = m.event_measurement_id)
