-- The loaded rows that have no place in the base relation.
select 'missing_record_id' as reason, count(*) as n
from model.versions as v
where v.record_id is null
having count(*) > 0
