-- One row an identifier of a resolved type.
select entity_type, identifier_type, normalized_value, min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at
from model.nexus_entity_identifiers
where is_resolved(entity_type)
group by entity_type, identifier_type, normalized_value
