-- On a first build every identifier's entity is born.
select
  run_id() as run_id, run_started_at() as logged_at, entity_type, identifier_type, normalized_value, entity_id,
  cast(null as text) as previous_entity_id, 'born' as reason
from model.nexus_resolved_identifiers
