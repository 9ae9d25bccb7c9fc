select record, record_id, _ingested_at, _source_updated_at, _deleted, _connection, _account, _api_version, _format
from model.base as base
where _is_latest
