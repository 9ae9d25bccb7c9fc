-- The meetings that a person or organization outside came to, over all their addresses: how many, the first and the last.
with internal as (
  select distinct entity_id
  from entity.traits
  where trait_name = 'is_internal' and trait_value = 'true'
),
totals as (
  select
    e.entity_type, e.entity_id, count(distinct e.event_id) as meetings_count,
    min(e.occurred_at) as first_meeting_at, max(e.occurred_at) as last_meeting_at
  from entity.events as e
  left join internal as i on i.entity_id = e.entity_id
  where e.entity_type in ('person', 'group') and e.event_name = 'meeting_held' and i.entity_id is null
  group by e.entity_type, e.entity_id
)
select entity_type, entity_id, 'meetings_count' as trait_name, cast(meetings_count as text) as trait_value, last_meeting_at as occurred_at
from totals
union all
select entity_type, entity_id, 'first_meeting_at', cast(first_meeting_at as text), first_meeting_at
from totals
union all
select entity_type, entity_id, 'last_meeting_at', cast(last_meeting_at as text), last_meeting_at
from totals
