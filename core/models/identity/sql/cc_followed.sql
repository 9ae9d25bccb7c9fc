-- Links between what four pointers lead to, and what each vertex is contracted into now. Where a chain is longer, its parts are linked
-- still, because whatever is linked leads to the same vertex or to two that are linked: the next round goes on. So nothing
-- depends on how long chains get, and no engine's limit of a recursion can cut one. The condition is written so that it is not taken
-- for one to join x and y by.
select distinct 0 as kind, least(x4.p, y4.p) as a, greatest(x4.p, y4.p) as b
from model.cc_state as s
join model.cc_pointers as x1 on x1.v = s.a
join model.cc_pointers as x2 on x2.v = x1.p
join model.cc_pointers as x3 on x3.v = x2.p
join model.cc_pointers as x4 on x4.v = x3.p
join model.cc_pointers as y1 on y1.v = s.b
join model.cc_pointers as y2 on y2.v = y1.p
join model.cc_pointers as y3 on y3.v = y2.p
join model.cc_pointers as y4 on y4.v = y3.p
where s.kind = 0 and least(x4.p, y4.p) < greatest(x4.p, y4.p)
union all
select 1, s.a, coalesce(x4.p, s.b)
from model.cc_state as s
left join model.cc_pointers as x1 on x1.v = s.b
left join model.cc_pointers as x2 on x2.v = x1.p
left join model.cc_pointers as x3 on x3.v = x2.p
left join model.cc_pointers as x4 on x4.v = x3.p
where s.kind = 1
