select v, p
from model.cc_forest
union all
select v, p
from model.cc_hook
where v <> p
