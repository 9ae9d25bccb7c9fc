-- Only real changes are left: equal consecutive values are one interval.
with coded as (
  select h.entity_id, h.entity_type, h.state_name, h.occurred_at, coalesce(v.code, 0) as code, h.rate_date, h.event_id, h.source, h._ingested_at
  from history as h
  left join model.nxw_state_values as v on v.state_name = h.state_name and v.value = h.value
    and v.unit = coalesce(h.value_unit, '')
),
stepped as (
  select
    entity_id, entity_type, state_name, occurred_at, code, rate_date, event_id, source, _ingested_at,
    coalesce(lag(code) over (partition by entity_id, state_name order by occurred_at), 0) as earlier
  from coded
)
select entity_id, entity_type, state_name, occurred_at, code, code - earlier as step, rate_date, event_id, source, _ingested_at
from stepped
where code <> earlier
