each sides as s (
  select
    s.number as rule_no, s.entity_type as entity_type, s.identifier_type as identifier_type,
    normalized_identifier(s.identifier_type, s.value) as normalized_value
)
