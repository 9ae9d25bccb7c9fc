-- What changed: {"on": [entity type, identifier type, identifier], "name", "key", "value" or "number"}.
select
  f.event_id,
  json_text(s.change, '$.on[0]') as entity_type,
  json_text(s.change, '$.on[1]') as identifier_type,
  json_text(s.change, '$.on[2]') as identifier_value,
  json_text(s.change, '$.name') as state_name,
  case when json_text(s.change, '$.name') in ('mrr', 'seats', 'risk') then 'measurement' else 'dimension' end as state_category,
  json_text(s.change, '$.key') as state_key,
  json_text(s.change, '$.value') as state_value,
  json_decimal(s.change, '$.number') as state_numeric_value,
  f.occurred_at,
  f._ingested_at
from normalized.facts as f
cross join unnest(json_array(f.states, '$')) as s(change)
