-- The edges that resolution reads: without what is blocked.
select grp, grp as origin, node
from model.nxw_id_members
where blocked_by is null
