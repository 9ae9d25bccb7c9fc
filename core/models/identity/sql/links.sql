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
    c.a, c.b, c.rule_no, e.event, e.source,
    case when c.event_no is null then 0 else 1 end as seen, case when c.first_no = c.event_no then 1 else 0 end as links
  from completed as c
  left join model.nxw_id_moments as e on e.event_no = c.event_no
  union all
  select c.a, c.b, c.rule_no, e.event, e.source, 0, 1
  from completed as c
  join model.nxw_id_moments as e on e.event_no = c.first_no
  where c.first_no <> c.event_no
  union all
  each unguarded as u (
    select a, b, rule_no, event, cast(null as text), 1, 1
    from model.nxw_id_edges
    where is_pair = 1 and a < b
  )
),
-- Most pairs are found once. Of the others, an event counts once.
counted as (
  select a, b, min(rule_no) as rule_no, count(*) as n, max(seen) as n_events, min(event) as event, min(source) as source
  from found
  group by a, b
),
several as (
  select f.a, f.b, f.event, f.source, min(c.rule_no) as rule_no, max(f.seen) as seen, max(f.links) as links
  from counted as c
  join found as f on f.a = c.a and f.b = c.b
  where c.n > 1
  group by f.a, f.b, f.event, f.source
)
select a, b, rule_no, n_events, event, source
from counted
where n = 1
union all
select s.a, s.b, s.rule_no, sum(s.seen) over (partition by s.a, s.b) as n_events, s.event, s.source
from several as s
left join model.nxw_id_events as e on e.event = s.event
left join model.nxw_id_times as t on t.event = s.event and t.source = coalesce(s.source, e.source)
qualify row_number() over (
  partition by s.a, s.b order by s.links desc, coalesce(t.seen_at, e.seen_at), coalesce(s.source, e.source), e.event_id
) = 1
