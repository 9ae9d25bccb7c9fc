select
  r.record,
  v.record_id,
  coalesce(r._ingested_at, timestamp '1970-01-01') as _ingested_at,
  given_time(r._source_updated_at, r.record) as _source_updated_at,
  is_gone(r._deleted, v._is_latest) as _deleted,
  r._connection,
  r._account,
  r._api_version,
  r._format,
  v._version,
  v._is_latest
from raw.loaded as r
join model.versions as v on v._row = r._row
where v._version is not null
