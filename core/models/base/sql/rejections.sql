-- The loaded rows that have no place in the base relation: how many, how many others there are, and the first of them. Such rows
-- are few, or the table is rejected: one worker may sort them (they are of one part, since none has an id).
with counted as (
  select
    1 as one, sum(case when record_id is null then 1 else 0 end) as n, sum(case when record_id is null then 0 else 1 end) as taken
  from model.versions
),
first_rows as (
  select 1 as one, _row
  from model.versions
  where record_id is null
  qualify row_number() over (partition by record_id order by _row) <= 5
)
select 'missing_record_id' as reason, cast(c.n as bigint) as n, cast(c.taken as bigint) as taken, f._row as row_no, cast(null as text) as sample
from counted as c
join first_rows as f on f.one = c.one
