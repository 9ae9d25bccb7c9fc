-- One link further: whoever shares a group with the last round's front joins the territory of
-- the earliest link, then of the least value. A link dates from the later of its
-- two sightings, so of the front rows seen before a newcomer only the least value counts, of the
-- later ones the earliest: one pass over the group, whatever its size.
with touched as (
  select g.grp, min(g.seen_at) as front_at, arg_min(f.territory, g.seen_at) as front_territory
  from model.nxw_sp_current as g
  join model.nxw_sp_front as f on f.node = g.node
  group by g.grp
),
rows_of as (
  select
    g.grp, g.node, g.seen_at, f.territory as front, t.territory as held, u.front_at, u.front_territory,
    case when f.node is null then 1 else 0 end as after
  from touched as u
  join model.nxw_sp_current as g on g.grp = u.grp
  left join model.nxw_sp_front as f on f.node = g.node
  left join model.nxw_sp_territories as t on t.node = g.node
),
swept as (
  select
    grp, node, seen_at, held, front_at, front_territory,
    min(front) over (partition by grp order by seen_at, after, node) as earlier_front
  from rows_of
),
offers as (
  select
    node, greatest(seen_at, front_at) as linked_at,
    coalesce(earlier_front, front_territory) as territory
  from swept
  where held is null
)
select node, arg_min(territory, linked_at) as territory
from offers
group by node
