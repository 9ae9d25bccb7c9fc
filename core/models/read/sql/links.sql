select
  l.identifier_type_a, l.identifier_value_a, l.identifier_type_b, l.identifier_value_b, l.source, l.first_occurred_at, l.n_events,
  e.event_name, e.event_description, l.first_event_id
from model.nexus_entity_identifiers_edges as l
join model.nexus_resolved_identifiers as r
  on r.entity_type = l.entity_type_a and r.identifier_type = l.identifier_type_a and r.normalized_value = l.identifier_value_a
left join model.nexus_events as e on e.event_id = l.first_event_id
where l.is_kept and r.entity_id = needle()
