-- The forest is as deep as there were rounds: a few shortcuts flatten it.
select f.v, f.p, g.v is null as is_done
from model.cc_forest as f
left join model.cc_forest as g on g.v = f.p
