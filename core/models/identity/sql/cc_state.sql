-- Links (kind 0), and of each vertex into what it is contracted so far (kind 1), at first itself.
with ends as (
  select a as v
  from model.cc_links
  union all
  select b
  from model.cc_links
)
select 0 as kind, a, b
from model.cc_links
union all
select distinct 1, v as a, v as b
from ends
