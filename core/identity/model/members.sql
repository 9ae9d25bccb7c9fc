-- One row an identifier of an edge, with the sighting that made it one.
select grp, node, blocked_by, min(seen_at) as seen_at, arg_min(seen_in, seen_at) as seen_in
from model.nxw_id_sightings
group by grp, node, blocked_by
