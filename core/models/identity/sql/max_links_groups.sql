-- A hub leaves its groups; with the one it keeps it forms groups of two. Where
-- both are hubs, each has to keep the other.
with top as (
  select coalesce(max(grp), 0) as grp
  from model.groups_in
),
kept as (
  select
    g.origin, g.node as hub, g.seen_at as hub_seen_at, o.node as other, o.seen_at as other_seen_at,
    row_number() over (partition by mod(g.node, 256) order by g.grp, g.node) * 256 + mod(g.node, 256) as k
  from model.groups_in as g
  join model.hubs as h on h.node = g.node
  join model.groups_in as o on o.grp = g.grp and o.node = h.keeps
  left join model.hubs as m on m.node = o.node
  where m.node is null or m.keeps = g.node
)
select g.grp, g.origin, g.node, g.seen_at
from model.groups_in as g
left join model.hubs as h on h.node = g.node
where h.node is null
union all
select t.grp + k.k, k.origin, k.hub, k.hub_seen_at
from kept as k
cross join top as t
union all
select t.grp + k.k, k.origin, k.other, k.other_seen_at
from kept as k
cross join top as t
