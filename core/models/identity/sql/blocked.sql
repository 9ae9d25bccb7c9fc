-- The values of rules are read out of texts of one value a line: a statement with thousands of
-- literals would be slow to plan.
each blocked as b (
  select
    b.rule_no as rule_no, b.entity_type as entity_type, b.identifier_type as identifier_type,
    t.value as normalized_value
  from (select 1 as row_no) as one
  cross join unnest(split(b.lines, line_break())) as t(value)
)
union all
each written as w (select rule_no, entity_type, identifier_type, normalized_value from model.nxw_id_blocked_written)
union all
each no_blocked as n (
  select
    cast(null as bigint) as rule_no, cast(null as text) as entity_type, cast(null as text) as identifier_type,
    cast(null as text) as normalized_value
  where false
)
