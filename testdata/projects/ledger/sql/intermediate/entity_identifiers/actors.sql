-- Who took part: {"type", "role", "ids": [[type, value], …]}, what one actor is known by.
select
  f.event_id,
  nexus_id('ent_edg', f.event_id, w.n) as edge_id,
  json_text(w.actor, '$.type') as entity_type,
  json_text(i.pair, '$[0]') as identifier_type,
  json_text(i.pair, '$[1]') as identifier_value,
  json_text(w.actor, '$.role') as role,
  f.occurred_at,
  f._ingested_at
from normalized.facts as f
cross join unnest(json_array(f.who, '$')) as w(actor, n)
cross join unnest(json_array(w.actor, '$.ids')) as i(pair)
