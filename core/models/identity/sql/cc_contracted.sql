-- Links between trees. The condition is written so that it is not taken for one to
-- join x and y by: x.p <> y.p would be.
select distinct least(x.p, y.p) as a, greatest(x.p, y.p) as b
from model.cc_graph as g
join model.cc_hook as x on x.v = g.a
join model.cc_hook as y on y.v = g.b
where least(x.p, y.p) < greatest(x.p, y.p)
