-- Every vertex points to the one that a hash puts first among itself and its neighbours: pointers only lead to
-- what comes before, so they make a forest, and its chains are short whatever the order of the identifiers.
with ends as (
  select a as v, b as w
  from model.cc_state
  where kind = 0
  union all
  select b, a
  from model.cc_state
  where kind = 0
),
ranked as (
  select v, w, md5_bits(cast(w as text), 0) as place
  from ends
),
nearest as (
  select v, md5_bits(cast(v as text), 0) as own, arg_min(w, place) as w, min(place) as place
  from ranked
  group by v
)
select v, case when place < own or (place = own and w < v) then w else v end as p
from nearest
