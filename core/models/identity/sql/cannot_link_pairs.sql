with sides as (
  each sides as s (
    select s.number as rule_no, s.entity_type as entity_type, s.identifier_type as identifier_type, s.value as identifier_value
  )
),
spelled as (
  select distinct identifier_type, identifier_value from sides
)
select s.rule_no, s.entity_type, s.identifier_type, n.normalized_value
from sides as s
join normalized as n on n.identifier_type = s.identifier_type and n.identifier_value = s.identifier_value
