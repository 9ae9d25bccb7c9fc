select
  v.entity_id, v.entity_type, v.role, v.event_id, v.occurred_at, v.event_name, v.event_type, v.source,
  d.dimension_name, d.dimension_value
from model.nxw_entity_events as v
join model.dimensions as d on d.event_id = v.event_id
