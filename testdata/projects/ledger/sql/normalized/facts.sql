-- The last version of each fact.
select
  nexus_id('evt', record_id) as event_id,
  json_timestamp(record, '$.at') as occurred_at,
  json_text(record, '$.name') as name,
  coalesce(json_text(record, '$.type'), 'fact') as type,
  json_extract(record, '$.who') as who,
  json_extract(record, '$.traits') as traits,
  json_extract(record, '$.ties') as ties,
  json_extract(record, '$.states') as states,
  json_extract(record, '$.measures') as measures,
  json_extract(record, '$.dims') as dims,
  _ingested_at
from raw.facts
where not _deleted and json_timestamp(record, '$.at') is not null
