-- What the computed layer gave and is not taken up, the names that it folded, rows of one key that differ, and its own findings.
each kinds as k (
  select k.table as table_name, source, fault as reason, k.detail as detail, count(*) as n, min(k.sample) as sample
  from model.k.intake
  where fault is not null
  group by source, fault, k.detail
  union all
  select
    k.table as table_name, min(source) as source, 'several_spellings' as reason, k.detail as detail,
    count(distinct spelling) as n, concat(min(spelling), ' / ', max(spelling)) as sample
  from model.k.intake
  where fault is null
  group by k.detail
  having min(spelling) <> max(spelling)
  union all
  each k.unique as u (
    select k.table as table_name, source, 'conflicting_duplicate' as reason, detail, count(*) as n, min(sample) as sample
    from (
      select source, k.detail as detail, min(k.sample) as sample
      from model.k.intake
      where fault is null
      group by source, k.detail, each u.key as c (c.name)
      having min(u.value) <> max(u.value) or (count(u.value) > 0 and count(u.value) < count(*))
    ) as conflicts
    group by source, detail
  )
)
union all
each given as f (
  select table_name, f.source as source, coalesce(reason, 'no_reason') as reason, detail, cast(sum(coalesce(n, 1)) as bigint) as n,
    min(sample) as sample
  from model.f.relation
  where table_name is not null and coalesce(n, 1) > 0
  group by table_name, coalesce(reason, 'no_reason'), detail
)
