-- Names and categories that come out of one union: each state has its own.
with said as (
  select entity_type, entity_id, 'mood' as n, 'dimension' as c, 'good' as t, cast(null as decimal) as v, max(occurred_at) as at
  from entity.events where entity_type = 'person' group by entity_type, entity_id
  union all
  select entity_type, entity_id, 'visits', 'measurement', cast(null as text), 2.0, max(occurred_at)
  from entity.events where entity_type = 'person' group by entity_type, entity_id
)
select entity_type, entity_id, n as state_name, c as state_category, t as state_value, v as state_numeric_value, at as occurred_at
from said
