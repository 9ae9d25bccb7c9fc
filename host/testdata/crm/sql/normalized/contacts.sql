-- Every version of every contact.
select
  nexus_id('evt', record_id, _version) as event_id,
  record_id as contact_id,
  json_text(record, '$.name') as name,
  json_text(record, '$.email') as email,
  json_text(record, '$.phone') as phone,
  json_text(record, '$.plan') as plan,
  json_decimal(record, '$.mrr') as mrr,
  json_extract(record, '$.extra') as extra,
  json_timestamp(record, '$.at') as seen_at,
  _ingested_at
from raw.contacts_history
where not _deleted and json_timestamp(record, '$.at') is not null
