select distinct least(x.p, y.p) as a, greatest(x.p, y.p) as b
from model.cc_graph as g
join model.cc_hook as x on x.v = g.a
join model.cc_hook as y on y.v = g.b
where x.p <> y.p
