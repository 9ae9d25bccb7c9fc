select count(*) as n
from model.cc_state
where kind = 0
