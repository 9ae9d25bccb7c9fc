-- The edges that resolution reads: what is blocked identifies nobody. A guard cuts a
-- group into smaller ones; `origin` remains the edge on which they were seen.
select grp, grp as origin, node, seen_at
from model.nxw_id_members
where blocked_by is null
