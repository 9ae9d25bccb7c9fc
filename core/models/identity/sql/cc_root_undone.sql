select count(*) as n
from model.cc_root
where not is_done
