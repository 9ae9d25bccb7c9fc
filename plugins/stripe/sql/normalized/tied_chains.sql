-- Steps put together: which version comes before which, over up to three others.
with two as (
    select earlier, later from normalized.tied_steps
    union all
    select a.earlier, b.later from normalized.tied_steps a join normalized.tied_steps b on b.earlier = a.later
),
chains as (
    select distinct earlier, later from two
    union all
    select distinct a.earlier, b.later from two a join two b on b.earlier = a.later
)
select distinct earlier, later from chains where earlier <> later
