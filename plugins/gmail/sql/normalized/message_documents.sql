-- One row a copy of a mail in a mailbox, as it lies there: from every shape a loader lands, users.messages with payload.headers, the same with
-- top-level headers, and flat rows whose keys are header names (IMAP).
-- A copy that was deleted from its mailbox keeps its last full version: what was sent was sent.
with removed as (
  select h._connection, h.record_id, max(h._version) as version
  from raw.messages as m
  join raw.messages_history as h on h.record_id = m.record_id and coalesce(h._connection, '') = coalesce(m._connection, '')
  where m._deleted is true and h._deleted is not true
  group by h._connection, h.record_id
),
kept as (
  select record_id, record, _connection, _account, _source_updated_at, _ingested_at
  from raw.messages
  where _deleted is not true
  union all
  select h.record_id, h.record, h._connection, h._account, h._source_updated_at, h._ingested_at
  from raw.messages_history as h
  join removed as r on r.record_id = h.record_id and coalesce(r._connection, '') = coalesce(h._connection, '') and r.version = h._version
),
-- Some loaders land members as text.
unpacked as (
  select k.*,
    case when json_type(k.record, '$.payload') = 'string' then cast(json_text(k.record, '$.payload') as json) end as payload
  from kept as k
)
select
  concat(_connection, '/', record_id) as copy_id,
  _connection as connection,
  _account as account,
  _source_updated_at,
  _ingested_at,
  coalesce(json_text(record, '$.id'), record_id) as gmail_id,
  coalesce(json_text(record, '$.threadId'), json_text(record, '$.thread_id')) as gmail_thread_id,
  coalesce(json_timestamp(record, '$.internalDate', 'millis'), json_timestamp(record, '$.internal_date', 'millis')) as internal_at,
  coalesce(json_bigint(record, '$.sizeEstimate'), json_bigint(record, '$.size_estimate')) as size_bytes,
  coalesce(json_text(record, '$.payload.mimeType'), json_text(payload, '$.mimeType')) as mime_type,
  coalesce(json_text(record, '$.payload.filename'), json_text(payload, '$.filename')) as filename,
  coalesce(json_extract(record, '$.payload.headers'), json_extract(payload, '$.headers'), json_extract(record, '$.headers')) as headers,
  coalesce(cast(json_text(record, '$.labelIds') as json), cast(json_text(record, '$.label_ids') as json), json_extract(record, '$.labelIds'), json_extract(record, '$.label_ids')) as labels,
  coalesce(json_extract(record, '$.payload.parts'), json_extract(payload, '$.parts')) as parts,
  case
    when json_type(record, '$.payload.headers') = 'array' or json_type(record, '$.headers') = 'array' or json_type(payload, '$.headers') = 'array' then null
    when json_type(record, '$.payload.headers') = 'object' then json_extract(record, '$.payload.headers')
    when json_type(record, '$.headers') = 'object' then json_extract(record, '$.headers')
    else record
  end as flat
from unpacked
