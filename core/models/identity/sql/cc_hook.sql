-- Hook: every vertex points to its least neighbour. The only cycles that makes
-- are pairs that chose each other, by the least link of their tree (links ordered by their lesser, then their greater end); the lesser
-- of such a pair becomes the root, and is the least vertex of its tree. A tree has two vertices or more, so each round at
-- least halves the graph (Boruvka 1926). is_done: p is a root.
with ends as (
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
hooked as (
  select n.v, case when m.w = n.v and n.v < n.w then n.v else n.w end as p
  from nearest as n
  join nearest as m on m.v = n.w
)
select x.v, x.p, y.p = x.p as is_done
from hooked as x
join hooked as y on y.v = x.p
