-- The values of rules as a person writes them.
with listed as (
  each written as b (
    select b.rule_no as rule_no, b.entity_type as entity_type, b.identifier_type as identifier_type, t.value as identifier_value
    from (select 1 as row_no) as one
    cross join unnest(split(b.lines, line_break())) as t(value)
  )
),
spelled as (
  select distinct identifier_type, identifier_value from listed
)
select l.rule_no, l.entity_type, l.identifier_type, n.normalized_value
from listed as l
join normalized as n on n.identifier_type = l.identifier_type and n.identifier_value = l.identifier_value
