-- One row an identifier of a resolved type.
with seen as (
  select entity_type, identifier_type, normalized_value, event_id, min(occurred_at) as first_at, max(occurred_at) as last_at
  from model.nexus_entity_identifiers
  where is_resolved(entity_type)
  group by entity_type, identifier_type, normalized_value, event_id
)
select entity_type, identifier_type, normalized_value, min(first_at) as first_seen_at, max(last_at) as last_seen_at, count(*) as n_events
from seen
group by entity_type, identifier_type, normalized_value
