-- Identifiers, numbered so that the least number is the least identifier: everything after this works
-- on numbers. Many workers number those that begin alike by themselves, behind all that come before: one of them would
-- get all rows to sort. mod(n, 1) is 0 in each of the few rows that are in one partition after all, and no constant that an
-- engine leaves out.
with blocked as (
  select entity_type, identifier_type, normalized_value, min(rule_no) as rule_no
  from model.nxw_id_blocked
  group by entity_type, identifier_type, normalized_value
),
each many as m (
  counted as (
    select entity_type, identifier_type, substring(normalized_value, 1, 2) as beginning, count(*) as n
    from model.nxw_id_identifiers
    group by entity_type, identifier_type, substring(normalized_value, 1, 2)
  )
),
each many as m (
  placed as (
    select
      entity_type, identifier_type, beginning,
      sum(n) over (partition by mod(n, 1) order by entity_type, identifier_type, beginning rows between unbounded preceding and current row) - n as before
    from counted
  )
)
select
  each one as o (row_number() over (order by i.entity_type, i.identifier_type, i.normalized_value) as node),
  each many as m (p.before + row_number() over (partition by i.entity_type, i.identifier_type, p.beginning order by i.normalized_value) as node),
  i.entity_type, i.identifier_type, i.normalized_value, i.first_seen_at, i.last_seen_at,
  least(b.rule_no, blocked_by_pattern(i.entity_type, i.identifier_type, i.normalized_value)) as blocked_by
from model.nxw_id_identifiers as i
each many as m (
  join placed as p
    on p.entity_type = i.entity_type and p.identifier_type = i.identifier_type and p.beginning = substring(i.normalized_value, 1, 2)
)
left join blocked as b
  on b.entity_type = i.entity_type and b.identifier_type = i.identifier_type and b.normalized_value = i.normalized_value
