-- Every vertex without a lesser neighbour floods what is greater than itself; the
-- component's least reaches everything, so the least that arrives is the component.
-- Exact on any graph, but with a row for each pair of a vertex and a local minimum that reaches it.
with recursive ends as (
  select a as v, b as w
  from model.cc_graph
  union all
  select b, a
  from model.cc_graph
),
nearest as (
  select v, min(w) as w
  from ends
  group by v
),
reached as (
  select v, v as p
  from nearest
  where v < w
  union
  select e.w, r.p
  from reached as r
  join ends as e on e.v = r.v
  where e.w > r.p
)
select v, min(p) as p, true as is_done
from reached
group by v
having min(p) < v
