select x.v, coalesce(y.p, x.p) as p, coalesce(y.is_done, true) as is_done
from model.cc_root as x
left join model.cc_root as y on y.v = x.p
