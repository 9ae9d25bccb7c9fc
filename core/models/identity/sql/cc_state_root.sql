-- A component is named by its least vertex, whichever its vertices were contracted into.
with leading as (
  select b, min(a) as p
  from model.cc_state
  where kind = 1
  group by b
)
select s.a as v, l.p, true as is_done
from model.cc_state as s
join leading as l on l.b = s.b
where s.kind = 1 and s.a > l.p
