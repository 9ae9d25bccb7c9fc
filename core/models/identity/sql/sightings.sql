select distinct r.grp, r.node, r.blocked_by, e.event_no
from model.nxw_id_rows as r
join model.nxw_id_events as e on e.event_id = r.event_id and e.source = r.source
