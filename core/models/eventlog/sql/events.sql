select
  event_id, occurred_at, event_name, event_description, event_type, significance, source, source_table, _ingested_at,
  case when event_id is null then 'missing_event_id' when occurred_at is null then 'missing_occurred_at' end as fault
from arms
