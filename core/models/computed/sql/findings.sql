-- Rows of one key that the computed layer gave and that differ, changes by events that are not in the log, and its own findings.
each kinds as k (
  each k.unique as u (
    select k.table as table_name, source, 'conflicting_duplicate' as reason, detail, count(*) as n, min(sample) as sample
    from (
      select source, k.detail as detail, min(k.sample) as sample
      from model.k.intake
      where fault is null
      group by source, k.detail, each u.key as c (c.value)
      having any u.compared as c (min(c.value) <> max(c.value) or (count(c.value) > 0 and count(c.value) < count(*)))
    ) as conflicts
    group by source, detail
  )
  union all
  each k.caused as e (
    select k.table as table_name, source, 'no_event' as reason, k.detail as detail, count(*) as n, min(k.sample) as sample
    from model.k.intake
    where fault is null and has_unknown_event
    group by source, k.detail
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
