select
  v.entity_id, v.entity_type, v.role, v.event_id, v.occurred_at, v.event_name, v.event_type, v.source,
  m.measurement_name, m.value, m.value_unit
from model.nxw_entity_events as v
join model.nexus_event_measurements_unioned as m on m.event_id = v.event_id
