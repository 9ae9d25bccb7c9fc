-- The order of up to 6 changes of an object at one instant, where previous_attributes links all of
-- them: a walk through the steps that takes each change once. A state may come twice (active,
-- past_due, active), so of several walks the one counts that begins where the version before ends
-- and ends where the one after begins; then the one with most steps that agree in all values; then
-- the one that comes furthest; then the ids.
with changes as (
    select
        object_type, object_id, at, version_key, state_hash, previous_hash, status_rank, progress, v_status,
        row_number() over (partition by object_type, object_id, at order by status_rank, progress, stream_id, state_hash, version_key) as n,
        count(*) over (partition by object_type, object_id, at) as size
    from normalized.tied_versions
    where side = 0 and has_previous
),
ends as (
    select
        c.version_key,
        max(case
            when s.later = c.version_key and (s.earlier_side = -1 or s.earlier_is_birth) then 2
            when s.later = c.version_key and s.earlier_is_event and not s.earlier_has_previous then 1 else 0 end) as opens,
        max(case when s.earlier = c.version_key and s.later_side = 1 then 2 else 0 end) as closes
    from changes c
    left join normalized.tied_steps s on s.object_type = c.object_type and s.object_id = c.object_id and s.at = c.at
    group by c.version_key
),
-- a snapshot afterwards names no values before; that its status is the same is a hint
hints as (
    select c.version_key, count(*) as n
    from changes c
    join normalized.tied_versions a on a.object_type = c.object_type and a.object_id = c.object_id and a.at = c.at
    where a.side = 1 and not a.has_previous and a.v_status = c.v_status
    group by c.version_key
),
nodes as (
    select
        c.object_type, c.object_id, c.at, c.version_key, c.size, c.status_rank, c.progress,
        concat(' ', cast(c.n as text), ' ') as label,
        -- of changes that are alike the lesser id comes first
        lag(concat(' ', cast(c.n as text), ' ')) over (
            partition by c.object_type, c.object_id, c.at, c.state_hash, c.previous_hash order by c.n
        ) as twin,
        e.opens,
        greatest(e.closes, case when h.version_key is null then 0 else 1 end) as closes
    from changes c
    join ends e on e.version_key = c.version_key
    left join hints h on h.version_key = c.version_key
    where c.size between 2 and 6
),
steps as (
    select a.version_key as earlier, b.*, case when s.is_exact then 1 else 0 end as exact
    from normalized.tied_steps s
    join nodes a on a.version_key = s.earlier
    join nodes b on b.version_key = s.later and b.object_type = a.object_type and b.object_id = a.object_id and b.at = a.at
),
w1 as (
    select object_type, object_id, at, size, version_key, label as path, opens, closes, status_rank, progress, 0 as exact
    from nodes
    where twin is null
),
w2 as (
    select s.object_type, s.object_id, s.at, s.size, s.version_key, concat(w.path, s.label) as path,
        w.opens, s.closes, s.status_rank, s.progress, w.exact + s.exact as exact
    from w1 w
    join steps s on s.earlier = w.version_key and s.at = w.at
    where not contains(w.path, s.label) and (s.twin is null or contains(w.path, s.twin))
),
w3 as (
    select s.object_type, s.object_id, s.at, s.size, s.version_key, concat(w.path, s.label) as path,
        w.opens, s.closes, s.status_rank, s.progress, w.exact + s.exact as exact
    from w2 w
    join steps s on s.earlier = w.version_key and s.at = w.at
    where not contains(w.path, s.label) and (s.twin is null or contains(w.path, s.twin))
),
w4 as (
    select s.object_type, s.object_id, s.at, s.size, s.version_key, concat(w.path, s.label) as path,
        w.opens, s.closes, s.status_rank, s.progress, w.exact + s.exact as exact
    from w3 w
    join steps s on s.earlier = w.version_key and s.at = w.at
    where not contains(w.path, s.label) and (s.twin is null or contains(w.path, s.twin))
),
w5 as (
    select s.object_type, s.object_id, s.at, s.size, s.version_key, concat(w.path, s.label) as path,
        w.opens, s.closes, s.status_rank, s.progress, w.exact + s.exact as exact
    from w4 w
    join steps s on s.earlier = w.version_key and s.at = w.at
    where not contains(w.path, s.label) and (s.twin is null or contains(w.path, s.twin))
),
w6 as (
    select s.object_type, s.object_id, s.at, s.size, s.version_key, concat(w.path, s.label) as path,
        w.opens, s.closes, s.status_rank, s.progress, w.exact + s.exact as exact
    from w5 w
    join steps s on s.earlier = w.version_key and s.at = w.at
    where not contains(w.path, s.label) and (s.twin is null or contains(w.path, s.twin))
),
walks as (
    select * from w2 where size = 2
    union all
    select * from w3 where size = 3
    union all
    select * from w4 where size = 4
    union all
    select * from w5 where size = 5
    union all
    select * from w6 where size = 6
),
chosen as (
    select object_type, object_id, at, path
    from walks
    qualify row_number() over (
        partition by object_type, object_id, at
        order by opens + closes desc, opens desc, exact desc, coalesce(status_rank, -1) desc, progress desc, path
    ) = 1
)
select n.version_key, c.object_type, c.object_id, c.at, position(c.path, n.label) as place
from chosen c
join nodes n on n.object_type = c.object_type and n.object_id = c.object_id and n.at = c.at
