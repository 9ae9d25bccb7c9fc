-- Things that are what their id says.
select
  'asset' as entity_type,
  record_id as source_id,
  json_timestamp(record, '$.created') as created_at,
  json_timestamp(record, '$.updated') as updated_at,
  json_text(record, '$.title') as title,
  json_decimal(record, '$.price') as price,
  json_bool(record, '$.sold') as sold,
  _ingested_at
from raw.assets
where not _deleted
