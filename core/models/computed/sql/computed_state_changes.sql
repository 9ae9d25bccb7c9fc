-- An event that the log does not have is no reason to lose the change; it is a finding (findings.sql).
with named as (
  select
    entity_id, entity_type, event_id, canonical_name(state_name) as state_name, state_name as spelling, state_category, state_key,
    state_value, state_numeric_value, value_unit, occurred_at, source
  from arms
)
select
  n.entity_id, n.entity_type, e.event_id, n.state_name, n.spelling, n.state_category, n.state_key, n.state_value,
  n.state_numeric_value, n.value_unit, n.occurred_at, n.source,
  case
    when n.state_category = 'measurement' then cast(coalesce(n.state_numeric_value, cast(n.state_value as decimal)) as text)
    else coalesce(n.state_value, cast(n.state_numeric_value as text))
  end as compared_value,
  case when n.state_category = 'measurement' then nullif(trim(n.value_unit), '') end as compared_unit,
  n.event_id is not null and e.event_id is null as has_unknown_event,
  case
    when n.occurred_at is null then 'missing_occurred_at'
    when n.state_name is null then 'missing_name'
    when not coalesce(n.state_category in ('dimension', 'measurement'), false) then 'unknown_value'
    when n.state_category = 'measurement' and n.state_numeric_value is null and n.state_value is not null
      and cast(n.state_value as decimal) is null then 'unread_value'
    when k.entity_id is null then 'no_entity'
  end as fault
from named as n
left join model.nxw_known_entities as k on k.entity_id = n.entity_id and k.entity_type = n.entity_type
left join model.nexus_events as e on e.event_id = n.event_id
