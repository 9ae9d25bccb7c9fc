-- The value of each state at each instant at which one of its keys changed; none while units mix. Where
-- all values are 0, the unit is that of the change that came last.
select
  i.entity_id, i.entity_type, i.state_name, i.occurred_at,
  case when c.entity_id is null then i.value each united as m (when u.n_units > 1 then null) else c.value end as value,
  case when c.entity_id is null then i.numeric_value each united as m (when u.n_units > 1 then null) else c.numeric_value end as numeric_value,
  case
    when c.entity_id is null then i.value_unit
    when c.numeric_value is null then null
    each united as m (when u.n_units = 1 then u.value_unit when u.n_units > 1 then null)
    else i.value_unit
  end as value_unit,
  i.rate_date, i.event_id, i.source, i._ingested_at
from model.nxw_state_instants as i
left join model.nxw_state_combined as c
  on c.entity_id = i.entity_id and c.state_name = i.state_name and c.occurred_at = i.occurred_at
each united as m (
  left join model.nxw_state_units as u on u.entity_id = i.entity_id and u.state_name = i.state_name and u.occurred_at = i.occurred_at
)
