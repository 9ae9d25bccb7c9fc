-- Who is tied to whom: {"a": [entity type, identifier type, identifier, role], "b": …, "kind", "direction", "active"}.
select
  f.event_id,
  f.occurred_at,
  json_text(t.tie, '$.a[0]') as entity_a_type,
  json_text(t.tie, '$.a[1]') as entity_a_identifier_type,
  json_text(t.tie, '$.a[2]') as entity_a_identifier,
  json_text(t.tie, '$.a[3]') as entity_a_role,
  json_text(t.tie, '$.b[0]') as entity_b_type,
  json_text(t.tie, '$.b[1]') as entity_b_identifier_type,
  json_text(t.tie, '$.b[2]') as entity_b_identifier,
  json_text(t.tie, '$.b[3]') as entity_b_role,
  json_text(t.tie, '$.kind') as relationship_type,
  coalesce(json_text(t.tie, '$.direction'), 'a_to_b') as relationship_direction,
  coalesce(json_bool(t.tie, '$.active'), true) as is_active,
  f._ingested_at
from normalized.facts as f
cross join unnest(json_array(f.ties, '$')) as t(tie)
