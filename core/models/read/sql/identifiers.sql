select identifier_type, normalized_value, n_events, first_seen_at, last_seen_at
from model.nexus_resolved_identifiers
where entity_id = needle()
