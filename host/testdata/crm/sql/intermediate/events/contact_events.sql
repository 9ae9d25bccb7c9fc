-- One event a version.
select
  event_id, seen_at as occurred_at, 'contact_changed' as event_name, 'crm' as event_type,
  concat('Contact ', name) as event_description, cast(null as double) as significance, 'contacts' as source_table, _ingested_at
from normalized.contacts
