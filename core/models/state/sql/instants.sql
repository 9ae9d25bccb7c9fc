-- The change that came last at each instant, whatever its key. Few instants have several changes: only those are sorted.
with several as (
  select entity_id, state_name, occurred_at
  from model.nxw_state_changes
  where entity_id is not null
  group by entity_id, state_name, occurred_at
  having count(*) > 1
)
select
  c.entity_id, c.entity_type, c.state_name, c.occurred_at, c.value, c.numeric_value, c.value_unit, c.rate_date, c.event_id, c.source, c._ingested_at
from model.nxw_state_changes as c
left join several as s on s.entity_id = c.entity_id and s.state_name = c.state_name and s.occurred_at = c.occurred_at
where c.entity_id is not null and s.entity_id is null
union all
select
  c.entity_id, c.entity_type, c.state_name, c.occurred_at, c.value, c.numeric_value, c.value_unit, c.rate_date, c.event_id, c.source, c._ingested_at
from model.nxw_state_changes as c
join several as s on s.entity_id = c.entity_id and s.state_name = c.state_name and s.occurred_at = c.occurred_at
qualify row_number() over (
  partition by c.entity_id, c.state_name, c.occurred_at
  order by c._ingested_at desc, c.source desc, c.event_id desc, c.state_key desc, c.value desc, c.value_unit desc
) = 1
