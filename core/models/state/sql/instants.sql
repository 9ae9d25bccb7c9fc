-- The change that came last at each instant, whatever its key.
select entity_id, entity_type, state_name, occurred_at, value, numeric_value, value_unit, rate_date, event_id, source, _ingested_at
from model.nxw_state_changes
where entity_id is not null
qualify row_number() over (
  partition by entity_id, state_name, occurred_at
  order by _ingested_at desc, source desc, event_id desc, state_key desc, value desc, value_unit desc
) = 1
