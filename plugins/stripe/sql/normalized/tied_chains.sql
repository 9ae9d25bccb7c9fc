-- Steps put together: which version comes before which. Where a walk goes through all changes of an
-- instant, it says so; else the steps do, over up to three others.
with follows as (
    select s.earlier, s.later
    from normalized.tied_steps s
    left join normalized.tied_walks a on a.version_key = s.earlier and a.at = s.at
    left join normalized.tied_walks b on b.version_key = s.later and b.at = s.at
    where s.earlier_side = 0 and s.later_side = 0 and (a.version_key is null or b.version_key is null)
    union all
    select a.version_key as earlier, b.version_key as later
    from normalized.tied_walks a
    join normalized.tied_walks b on b.object_type = a.object_type and b.object_id = a.object_id and b.at = a.at
    where a.place < b.place
),
-- two that name each other's values went round in a circle, and say nothing
one as (
    select f.earlier, f.later
    from follows f
    left join follows r on r.earlier = f.later and r.later = f.earlier
    where r.earlier is null
),
two as (
    select earlier, later from one
    union all
    select a.earlier, b.later from one a join one b on b.earlier = a.later
),
chains as (
    select distinct earlier, later from two
    union all
    select distinct a.earlier, b.later from two a join two b on b.earlier = a.later
)
select distinct earlier, later from chains where earlier <> later
