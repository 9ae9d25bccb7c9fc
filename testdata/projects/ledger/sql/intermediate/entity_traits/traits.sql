-- What became known of whom: [entity type, identifier type, identifier, name, value].
select
  f.event_id,
  json_text(t.fact, '$[0]') as entity_type,
  json_text(t.fact, '$[1]') as identifier_type,
  json_text(t.fact, '$[2]') as identifier_value,
  json_text(t.fact, '$[3]') as trait_name,
  json_text(t.fact, '$[4]') as trait_value,
  f.occurred_at,
  f._ingested_at
from normalized.facts as f
cross join unnest(json_array(f.traits, '$')) as t(fact)
