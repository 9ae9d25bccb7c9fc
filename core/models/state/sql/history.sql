-- The value of each state at each instant at which one of its keys changed.
select
  i.entity_id, i.entity_type, i.state_name, i.occurred_at,
  case when c.entity_id is null then i.value else c.value end as value,
  case when c.entity_id is null then i.numeric_value else c.numeric_value end as numeric_value,
  i.event_id, i.source, i._ingested_at
from model.nxw_state_instants as i
left join model.nxw_state_combined as c
  on c.entity_id = i.entity_id and c.state_name = i.state_name and c.occurred_at = i.occurred_at
