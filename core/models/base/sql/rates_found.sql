-- The rates of the currencies and days of amounts; a currency that has rates, but none for a day, has a row without one there.
select a.currency, a.day, s.rate, s.is_inverse, s.day as rate_date
from (
  select distinct upper(value_unit) as currency, cast(occurred_at as date) as day
  from model.amounts
  where upper(value_unit) <> report.currency
) as a
join (
  select currency
  from model.nxw_rates
  group by currency
) as k on k.currency = a.currency
left join model.nxw_rates as s on s.currency = a.currency and s.day <= a.day and a.day < s.until
