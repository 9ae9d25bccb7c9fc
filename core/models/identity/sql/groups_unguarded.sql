-- The edges that resolution reads: what is blocked identifies nobody.
select grp, grp as origin, node
from model.nxw_id_members
where blocked_by is null
