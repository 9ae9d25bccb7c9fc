-- The rows of rates as they are written, and why one gives no rate. Of several rates of one day for one pair, the greatest
-- is taken; one that was written twice alike is one.
with written as (
  select
    row.number as row_no,
    upper(nullif(trim(coalesce(json_text(row.record, '$.from'), json_text(row.record, '$.currency'))), '')) as origin,
    coalesce(upper(nullif(trim(json_text(row.record, '$.to')), '')), report.currency) as target,
    json_text(row.record, '$.date') as day_text,
    cast(cast(trim(json_text(row.record, '$.date')) as timestamp) as date) as day,
    json_text(row.record, '$.rate') as rate_text,
    cast(trim(json_text(row.record, '$.rate')) as decimal) as rate
  from raw.loaded as r
),
judged as (
  select
    *,
    case
      when origin is null then 'rate_without_currency'
      when origin <> report.currency and target <> report.currency then 'rate_of_others'
      when day is null then 'rate_without_day'
      when rate is null then 'unread_rate'
      when rate <= 0 then 'rate_not_positive'
    end as fault
  from written
),
greatest_rates as (
  select origin, target, day, max(rate) as rate
  from judged
  where fault is null
  group by origin, target, day
)
select
  j.row_no, j.origin, j.target, j.day, j.rate, coalesce(j.fault, case when j.rate < g.rate then 'several_rates' end) as fault,
  concat(j.origin, ' ', j.target, ' ', j.day_text, ' ', j.rate_text) as sample
from judged as j
left join greatest_rates as g on g.origin = j.origin and g.target = j.target and g.day = j.day
