-- Hook-and-shortcut inside one recursion: a vertex and the one it points to take the
-- least label of a neighbour's, and every vertex the label of its label. Ends when nothing falls any more.
with recursive ends as (
  select a as v, b as w
  from model.cc_graph
  union all
  select b, a
  from model.cc_graph
),
labels using key (v) as (
  select v, least(v, min(w)) as p
  from ends
  group by v
  union all
  select o.v, o.p
  from (
    select v, min(p) as p
    from (
      select e.v, x.p
      from recurring.labels as x
      join ends as e on e.w = x.v
      union all
      select u.p as v, x.p
      from recurring.labels as x
      join ends as e on e.w = x.v
      join recurring.labels as u on u.v = e.v
      union all
      select u.v, x.p
      from recurring.labels as u
      join recurring.labels as x on x.v = u.p
    ) as offered
    group by v
  ) as o
  join recurring.labels as u on u.v = o.v
  where o.p < u.p
)
select v, p, true as is_done
from labels
where p < v
