-- What the event log left out, what it had to choose from, the names that it folded, what the plugins report.
each kinds as k (
  select k.table as table_name, source, fault as reason, k.detail as detail, count(*) as n, min(k.sample) as sample
  from model.k.intake
  where fault is not null
  group by source, fault, k.detail
  union all
  -- Several spellings of a name became one.
  each k.folded as f (
    select
      k.table as table_name, min(source) as source, 'several_spellings' as reason, f.name as detail,
      count(distinct spelling) as n, concat(min(spelling), ' / ', max(spelling)) as sample
    from model.k.intake
    where fault is null
    group by f.name
    having min(spelling) <> max(spelling)
  )
  union all
  -- Rows of one key in one version that differ, NULL being a value; the total order picked one.
  each k.unique as u (
    select k.table as table_name, source, 'conflicting_duplicate' as reason, detail, count(*) as n, min(sample) as sample
    from (
      select min(source) as source, min(k.detail) as detail, min(k.sample) as sample
      from model.u.duplicates
      where all k.measured as m (not is_summed)
      group by u.id, _ingested_at
      having count(*) > 1 and any u.compared as c (
        min(c.value) <> max(c.value) or (count(c.value) > 0 and count(c.value) < count(*))
      )
    ) as conflicts
    group by source, detail
  )
  union all
  -- A summed measurement has several units on one event.
  each k.measured as m (
    select k.table as table_name, source, 'several_units' as reason, detail, count(*) as n, min(sample) as sample
    from (
      select min(source) as source, min(k.detail) as detail, min(k.sample) as sample
      from model.m.duplicates
      where is_summed
      group by m.id
      having min(value_unit) <> max(value_unit) or (count(value_unit) > 0 and count(value_unit) < count(*))
    ) as mixed
    group by source, detail
  )
)
union all
-- Addresses of which another form may be the same mailbox.
select
  identifiers.table as table_name, source, 'international_address' as reason, identifier_type as detail,
  count(distinct normalized_value) as n, min(normalized_value) as sample
from model.identifiers.intake
where fault is null and (identifier_type = 'email' or identifier_type = 'domain')
  and (regexp_like(normalized_value, '[^ -~]') or regexp_like(normalized_value, '(^|[@.])xn--[^@]*$'))
group by source, identifier_type
union all
-- What the plugins' own fragments report.
select table_name, source, reason, detail, cast(sum(n) as bigint) as n, min(sample) as sample
from model.nxw_findings_in
group by source, table_name, reason, detail
