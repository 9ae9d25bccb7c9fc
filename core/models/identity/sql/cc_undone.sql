select count(*) as n
from model.cc_hook
where not is_done
