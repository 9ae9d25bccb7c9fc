-- The rows of an existing relation that have no place in the base relation: how many, how many others there are, and one of them.
with judged as (
  select
    case each row.object as o (when not o.is_object then 'record_not_an_object') when row.record_id is null then 'missing_record_id' end as reason,
    row.sample as sample
  from raw.loaded as r
),
counted as (
  select 1 as one, sum(case when reason is null then 1 else 0 end) as taken
  from judged
)
select
  j.reason, count(*) as n, cast(max(c.taken) as bigint) as taken, cast(null as bigint) as row_no, substring(min(j.sample), 1, 200) as sample
from judged as j
join counted as c on c.one = 1
where j.reason is not null
group by j.reason
