-- The rows of an existing relation that have no place in the base relation.
select 'missing_record_id' as reason, count(*) as n
from raw.loaded as r
where all row.object as o (o.is_object) and row.record_id is null
having count(*) > 0
union all
each row.object as o (
  select 'record_not_an_object' as reason, count(*) as n
  from raw.loaded as r
  where not o.is_object
  having count(*) > 0
)
