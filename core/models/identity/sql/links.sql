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
completed as (
  select p.a, p.b, s.event_no, min(p.rule_no) as rule_no, min(greatest(m.event_no, s.event_no)) as first_no
  from pairs as p
  left join model.nxw_id_members as m on m.grp = p.origin and m.node = p.a
  left join model.nxw_id_sightings as s on s.grp = p.origin and s.node = p.b
  group by p.a, p.b, s.event_no
),
-- Where a pair is in an event, and where it may have been linked first.
found as (
  select
    c.a, c.b, c.rule_no, e.source, e.event_id, e.seen_at,
    case when c.event_no is null then 0 else 1 end as seen, case when c.first_no = c.event_no then 1 else 0 end as links
  from completed as c
  left join model.nxw_id_events as e on e.event_no = c.event_no
  union all
  select c.a, c.b, c.rule_no, e.source, e.event_id, e.seen_at, 0, 1
  from completed as c
  join model.nxw_id_events as e on e.event_no = c.first_no
  where c.first_no <> c.event_no
  union all
  each unguarded as u (
    select e.a, e.b, e.rule_no, e.source, e.event_id, coalesce(t.seen_at, e.seen_at), 1, 1
    from model.nxw_id_edges as e
    left join model.nxw_id_times as t on t.source = e.source and t.event_id = e.event_id
    where e.is_pair = 1 and e.a < e.b
  )
),
-- Most pairs are found once. Of the others, an event counts once.
counted as (
  select
    a, b, min(rule_no) as rule_no, count(*) as n, max(seen) as n_events, min(source) as source, min(event_id) as event_id,
    min(seen_at) as seen_at
  from found
  group by a, b
),
several as (
  select f.a, f.b, f.source, f.event_id, min(c.rule_no) as rule_no, min(f.seen_at) as seen_at, max(f.seen) as seen, max(f.links) as links
  from counted as c
  join found as f on f.a = c.a and f.b = c.b
  where c.n > 1
  group by f.a, f.b, f.source, f.event_id
)
select a, b, rule_no, n_events, source, event_id, seen_at
from counted
where n = 1
union all
select a, b, rule_no, sum(seen) over (partition by a, b) as n_events, source, event_id, seen_at
from several
qualify row_number() over (partition by a, b order by links desc, seen_at, source, event_id) = 1
