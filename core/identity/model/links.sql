-- Links, kept (rule_no 0) and left out (the rule that did it), one row a pair: the
-- least identifier of a group to each other. A pair that any group keeps is kept. Links by
-- decree were seen nowhere, so they have no time, no event and no source.
with least_of as (
  select grp, min(node) as node
  from model.nxw_id_groups
  group by grp
  having min(node) < max(node)
),
pairs as (
  select g.origin, l.node as a, g.node as b, 0 as rule_no
  from model.nxw_id_groups as g
  join least_of as l on l.grp = g.grp
  where g.node > l.node
  union all
  select origin, a, b, rule_no
  from model.nxw_id_cuts
),
timed as (
  select
    p.a, p.b, p.rule_no,
    greatest(m.seen_at, s.seen_at) as seen_at,
    case when s.seen_at >= m.seen_at then s.seen_in else m.seen_in end as first_in,
    s.seen_in
  from pairs as p
  left join model.nxw_id_members as m on m.grp = p.origin and m.node = p.a
  left join model.nxw_id_sightings as s on s.grp = p.origin and s.node = p.b
)
select
  a, b, min(rule_no) as rule_no,
  min(seen_at) as first_seen_at, arg_min(first_in, seen_at) as first_in, count(distinct seen_in) as n_events
from timed
group by a, b
