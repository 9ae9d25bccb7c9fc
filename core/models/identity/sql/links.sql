-- Links, kept (rule_no 0) and left out (the rule that did it), one row a pair: the
-- least identifier of a group to each other. A pair that any group keeps is kept. A link is seen in the
-- event that completes it. Links by decree were seen nowhere: they have no event.
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
seen as (
  select p.a, p.b, s.event_no, min(p.rule_no) as rule_no, min(greatest(m.event_no, s.event_no)) as first_no
  from pairs as p
  left join model.nxw_id_members as m on m.grp = p.origin and m.node = p.a
  left join model.nxw_id_sightings as s on s.grp = p.origin and s.node = p.b
  group by p.a, p.b, s.event_no
)
select a, b, min(rule_no) as rule_no, min(first_no) as first_no, count(event_no) as n_events
from seen
group by a, b
