-- The rows of rates that give none: how many, how many others there are, and the first of them.
with counted as (
  select fault, count(*) as n
  from model.currency_rates_base
  where fault is not null
  group by fault
),
taken as (
  select sum(case when fault is null then 1 else 0 end) as n
  from model.currency_rates_base
),
first_rows as (
  select fault, row_no, sample
  from model.currency_rates_base
  where fault is not null
  qualify row_number() over (partition by fault order by row_no, sample) <= 5
)
select c.fault as reason, c.n, cast(t.n as bigint) as taken, f.row_no, substring(f.sample, 1, 200) as sample
from counted as c
join first_rows as f on f.fault = c.fault
cross join taken as t
