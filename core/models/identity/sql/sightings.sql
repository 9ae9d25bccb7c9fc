select distinct r.grp, r.node, r.blocked_by, m.event_no
from model.nxw_id_crowded as r
join model.nxw_id_moments as m on m.event = r.event and coalesce(m.source, '') = coalesce(r.source, '')
