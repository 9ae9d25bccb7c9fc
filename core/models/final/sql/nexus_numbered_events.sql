-- Numbered within the buckets of a hash, so that several workers sort: a bucket has the numbers of one rest by 16.
select
  16 * row_number() over (partition by digit order by event_id) + case each digits as d (when digit = d.text then d.number) end as event,
  event_id
from (
  select event_id, substring(md5(event_id), 1, 1) as digit
  from model.nexus_entity_identifiers
  group by event_id
) as hashed
