-- One event a fact.
select
  event_id, occurred_at, name as event_name, type as event_type, cast(null as text) as event_description,
  cast(null as double) as significance, 'facts' as source_table, _ingested_at
from normalized.facts
