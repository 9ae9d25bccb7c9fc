select entity_id as type.id, identifier_type, normalized_value, first_seen_at, last_seen_at, n_events
from model.nexus_resolved_identifiers
where entity_type = type.name
