with mine as (
  select event_id, string_agg(role, ', ' order by role) as roles
  from (select distinct event_id, role from model.nexus_entity_participants where entity_id = needle()) as p
  group by event_id
)
select e.occurred_at, e.event_name, m.roles, e.event_description, e.source, e.event_id
from mine as m
join model.nexus_events as e on e.event_id = m.event_id
qualify row_number() over (order by e.occurred_at desc, e.event_id) <= at_most()
