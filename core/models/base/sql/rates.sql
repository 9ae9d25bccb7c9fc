-- How much one unit of a currency is worth in the reporting currency, by day: what a rate's row says of it, or the
-- reverse of what it says of the reporting currency. Rows that cannot be read give no rate.
with read_rows as (
  select
    upper(trim(coalesce(json_text(row.record, '$.from'), json_text(row.record, '$.currency')))) as origin,
    upper(trim(json_text(row.record, '$.to'))) as target,
    cast(cast(trim(json_text(row.record, '$.date')) as timestamp) as date) as day,
    cast(trim(json_text(row.record, '$.rate')) as decimal) as rate
  from raw.loaded as r
),
turned as (
  select origin as currency, day, rate, 0 as is_inverse
  from read_rows
  where coalesce(target, report.currency) = report.currency and origin <> report.currency
  union all
  select target, day, rate, 1
  from read_rows
  where origin = report.currency and target <> report.currency
)
select currency, day, rate, is_inverse
from turned
where day is not null and rate > 0
qualify row_number() over (partition by currency, day order by is_inverse, rate desc) = 1
