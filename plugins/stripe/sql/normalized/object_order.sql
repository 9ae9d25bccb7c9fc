-- The order of versions of one object at one instant. previous_attributes gives it
-- where it can: a version that names old values follows the one that has them (tied_walks). Else a status
-- that is further on in the object's life comes later, then the larger amounts, then the larger id.
-- Neither the names of types nor the order of lines play a part.
with precedes as (
    select b.version_key
    from normalized.tied_versions b
    join normalized.tied_versions a on a.object_type = b.object_type and a.object_id = b.object_id and a.at = b.at
    left join normalized.tied_chains f on f.earlier = a.version_key and f.later = b.version_key
    left join normalized.tied_chains r on r.earlier = b.version_key and r.later = a.version_key
    where a.version_key <> b.version_key and a.side = 0 and b.side = 0
        and case
            when a.is_deleted <> b.is_deleted then b.is_deleted
            when f.earlier is not null and r.earlier is null then true
            when r.earlier is not null and f.earlier is null then false
            when a.is_birth <> b.is_birth then a.is_birth
            when coalesce(a.status_rank, -1) <> coalesce(b.status_rank, -1) then coalesce(a.status_rank, -1) < coalesce(b.status_rank, -1)
            else a.progress < b.progress
        end
),
counted as (
    select version_key, count(*) as n from precedes group by version_key
)
select
    r.version_key,
    row_number() over (
        partition by r.object_type, r.object_id, r.at
        order by coalesce(c.n, 0), r.is_deleted, r.status_rank, r.progress, r.stream_id, r.state_hash, r.version_key
    ) as place
from normalized.tied_versions r
left join counted c on c.version_key = r.version_key
where r.side = 0
