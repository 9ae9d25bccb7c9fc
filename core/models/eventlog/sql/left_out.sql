-- The rows of each kind that are not taken up, and the names of which several spellings became one.
each kinds as k (
  select k.table as table_name, source, fault as reason, k.detail as detail, count(*) as n, min(k.sample) as sample
  from model.k.intake
  where fault is not null
  group by source, fault, k.detail
  union all
  each k.folded as f (
    select
      k.table as table_name, min(source) as source, 'several_spellings' as reason, f.name as detail,
      count(distinct spelling) as n, concat(min(spelling), ' / ', max(spelling)) as sample
    from model.k.intake
    where fault is null
    group by f.name
    having min(spelling) <> max(spelling)
  )
)
