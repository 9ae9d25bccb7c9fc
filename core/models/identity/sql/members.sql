-- One row an identifier of an edge, with the event that made it one.
select grp, node, blocked_by, min(event_no) as event_no
from model.nxw_id_sightings
group by grp, node, blocked_by
