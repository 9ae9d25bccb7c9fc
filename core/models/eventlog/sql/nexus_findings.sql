-- What the event log had to choose from, and what the plugins report.
each kinds as k (
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
-- Values that hold several telephone numbers, of which the first is taken.
select
  identifiers.table as table_name, source, 'several_numbers' as reason, identifier_type as detail,
  count(distinct identifier_value) as n, min(identifier_value) as sample
from model.identifiers.intake
where fault is null and identifier_type = 'phone'
  and (first_number(identifier_value) <> identifier_value
    or regexp_like(lower(identifier_value), '[0-9]([^0-9a-z;]{0,8}[0-9]){5}[^0-9a-z]*(;[^0-9a-z]*|[a-z. :-]+)[+(]?[0-9]([^0-9a-z;]{0,8}[0-9]){5}'))
group by source, identifier_type
union all
-- What the plugins' own fragments report.
select table_name, source, reason, detail, cast(sum(n) as bigint) as n, min(sample) as sample
from model.nxw_findings_in
group by source, table_name, reason, detail
