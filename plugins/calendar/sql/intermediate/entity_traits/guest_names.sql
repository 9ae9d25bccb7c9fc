-- The name of a person, whenever it changes.
select
  event_id,
  'person' as entity_type,
  'email' as identifier_type,
  address as identifier_value,
  'name' as trait_name,
  display_name as trait_value,
  occurred_at,
  _ingested_at
from normalized.display_names
