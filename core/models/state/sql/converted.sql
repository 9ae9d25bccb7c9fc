-- State changes with their amounts in the reporting currency, at the rate of the day of the change: the last one on or
-- before it. A unit is a currency if there are rates for it, or if the state is declared to be money. An amount
-- without a rate gets a unit that begins with ?: it has no value, and neither has what it is a part of.
with asked as (
  select distinct upper(value_unit) as currency, cast(occurred_at as date) as day
  from model.nxw_state_changes_given
  where upper(value_unit) <> report.currency
),
spans as (
  select currency, day, rate, is_inverse, lead(day) over (partition by currency order by day) as until
  from model.nxw_rates
),
found as (
  select a.currency, a.day, s.rate, s.is_inverse, s.day as rate_date
  from asked as a
  join spans as s on s.currency = a.currency and s.day <= a.day and (s.until is null or a.day < s.until)
),
known as (
  select currency
  from model.nxw_rates
  group by currency
),
judged as (
  select
    c.*, f.rate, f.is_inverse, f.rate_date as rated_on,
    case
      when c.numeric_value is null then 'other'
      when coalesce(upper(c.value_unit), '') = report.currency then 'same'
      when k.currency is null and not is_money(c.state_name) then 'other'
      when c.numeric_value = 0 then 'same'
      when f.rate is null then 'missing'
      else 'converted'
    end as conversion
  from model.nxw_state_changes_given as c
  left join found as f on f.currency = upper(c.value_unit) and f.day = cast(c.occurred_at as date)
  left join known as k on k.currency = upper(c.value_unit)
),
amounts as (
  select
    *,
    case
      when conversion = 'converted' and is_inverse = 1 then numeric_value / rate
      when conversion = 'converted' then numeric_value * rate
      else numeric_value
    end as amount
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
