-- One row a calendar of the calendar list: its name, zone and whether it is somebody's own.
select
  coalesce(json_text(record, '$.id'), record_id) as calendar_id,
  _connection as connection,
  coalesce(json_text(record, '$.summaryOverride'), json_text(record, '$.summary_override'), json_text(record, '$.summary')) as calendar_name,
  coalesce(json_text(record, '$.timeZone'), json_text(record, '$.time_zone')) as time_zone,
  coalesce(json_text(record, '$.accessRole'), json_text(record, '$.access_role')) as access_role,
  coalesce(json_bool(record, '$.primary'), false) as is_primary,
  _ingested_at
from raw.calendars
where _deleted is not true and coalesce(json_text(record, '$.id'), record_id) is not null
