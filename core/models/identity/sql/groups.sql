-- The edges that resolution reads: without what is blocked. A guard cuts a
-- group into smaller ones; `origin` remains the edge on which they were seen.
select m.grp, m.grp as origin, m.node, e.seen_at
from model.nxw_id_members as m
join model.nxw_id_moments as e on e.event_no = m.event_no
where m.blocked_by is null
