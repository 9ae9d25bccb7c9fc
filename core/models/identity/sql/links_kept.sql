select a, b
from model.nxw_id_links
where rule_no = 0
