-- Changes of states with their amounts in the reporting currency: at the rate of the day of the change. An amount without
-- a rate has neither value nor unit.
with judged as (
  select
    s.*, f.rate, f.is_inverse, f.rate_date as rated_on,
    conversion(s.state_numeric_value, s.value_unit, f.currency, s.state_name in (each money_states as n (n.value)), f.rate) as conversion
  from model.nxw_entity_states_given as s
  left join rates as f on f.currency = upper(s.value_unit) and f.day = cast(s.occurred_at as date)
)
select
  entity_id, entity_type, state_name, state_category, state_key, state_value,
  converted(state_numeric_value, conversion, rate, is_inverse) as state_numeric_value,
  case when conversion in ('same', 'converted') then report.currency when conversion <> 'missing' then value_unit end as value_unit,
  case when conversion = 'converted' then rated_on end as rate_date,
  occurred_at, event_id, source, _ingested_at
from judged
