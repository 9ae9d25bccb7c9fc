-- State changes with their amounts in the reporting currency, at the rate of the day of the change. An amount without a rate
-- keeps its number and gets a unit that begins with ?: it has no value, and neither has what it is a part of.
with judged as (
  select
    c.*, f.rate, f.is_inverse, f.rate_date as rated_on,
    conversion(c.numeric_value, c.value_unit, f.currency, is_money(c.state_name), f.rate) as conversion
  from model.nxw_state_changes_given as c
  left join rates as f on f.currency = upper(c.value_unit) and f.day = cast(c.occurred_at as date)
),
amounts as (
  select *, coalesce(converted(numeric_value, conversion, rate, is_inverse), numeric_value) as amount
  from judged
)
select
  entity_id, entity_type, state_name, state_key, occurred_at,
  case when conversion = 'converted' then cast(amount as text) else value end as value,
  amount as numeric_value,
  case
    when conversion in ('same', 'converted') then report.currency
    when conversion = 'missing' then concat('?', upper(value_unit))
    else value_unit
  end as value_unit,
  case when conversion = 'converted' then rated_on end as rate_date, event_id, source, _ingested_at
from amounts
