-- The members of extra, each a trait of its own name.
select
  c.event_id, 'person' as entity_type, 'email' as identifier_type, c.email as identifier_value,
  k.name as trait_name, 'set' as trait_value, c.seen_at as occurred_at, c._ingested_at
from normalized.contacts as c
cross join unnest(json_keys(c.extra, '$')) as k(name)
where c.email is not null
