-- What becomes of an amount: it stays as it is (other: no money), is in the reporting currency (same), is converted, or cannot be (missing).
-- A unit is a currency if there are rates for it, or if the amount is declared to be money. 0 is 0 in every currency.
select
  case
    when amount is null or unit = '?' then 'other'
    when coalesce(upper(unit), '') = report.currency then 'same'
    when rated_currency is null and not is_money then 'other'
    when amount = 0 then 'same'
    when rate is null then 'missing'
    else 'converted'
  end as conversion,
  case
    when conversion = 'converted' and is_inverse = 1 then amount / rate
    when conversion = 'converted' then amount * rate
    when conversion <> 'missing' then amount
  end as converted
from parameters
