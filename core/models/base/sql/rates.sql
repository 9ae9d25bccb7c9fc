-- How much one unit of a currency is worth in the reporting currency, from a day on and until the next rate, or until the
-- rate is too old: what a rate's row says of it, or the reverse of what it says of the reporting currency.
with turned as (
  select origin as currency, day, rate, 0 as is_inverse
  from model.currency_rates_base
  where fault is null and target = report.currency and origin <> report.currency
  union all
  select target, day, rate, 1
  from model.currency_rates_base
  where fault is null and origin = report.currency and target <> report.currency
),
picked as (
  select currency, day, rate, is_inverse
  from turned
  qualify row_number() over (partition by currency, day order by is_inverse, rate desc) = 1
)
select
  currency, day, rate, is_inverse,
  least(
    lead(day) over (partition by currency order by day),
    cast(date_add('day', report.age, cast(day as timestamp)) as date)
  ) as until
from picked
