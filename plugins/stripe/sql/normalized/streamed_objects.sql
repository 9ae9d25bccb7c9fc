-- Every object that came inside an event envelope, or in the table of mixed
-- objects: one row a version. An envelope holds its object in data.object; some
-- loaders keep the bare object in data, where data.object is its type's name.
with arrivals as (
    select record, record_id, _ingested_at, _source_updated_at, _deleted, _connection, _api_version
    from raw.events
    union all
    select record, record_id, _ingested_at, _source_updated_at, _deleted, _connection, _api_version
    from raw.objects_history
),
envelopes as (
    select
        record,
        record_id,
        json_text(record, '$.id') as id,
        json_text(record, '$.object') as envelope_object,
        json_text(record, '$.type') as envelope_type,
        json_timestamp(record, '$.created') as created_at,
        json_bool(record, '$.livemode') as livemode,
        json_text(record, '$.api_version') as api_version,
        json_type(record, '$.data') as data_kind,
        json_type(record, '$.data.object') as object_kind,
        json_extract(record, '$.data') as data,
        json_extract(record, '$.data.object') as data_object,
        _ingested_at,
        _source_updated_at,
        _deleted,
        _connection,
        _api_version
    from arrivals
),
opened as (
    select
        coalesce(data_kind = 'object' and envelope_type is not null and coalesce(envelope_object, 'event') = 'event', false) as is_event,
        case
            when data_kind = 'object' and object_kind = 'object' and coalesce(envelope_object, 'event') = 'event' then data_object
            when data_kind = 'object' and object_kind = 'string' and coalesce(envelope_object, 'event') = 'event' then data
            else record
        end as obj,
        coalesce(id, record_id) as id,
        envelope_type,
        created_at,
        livemode,
        coalesce(api_version, _api_version) as api_version,
        _ingested_at,
        _source_updated_at,
        coalesce(_deleted, false) as is_tombstone,
        _connection
    from envelopes
)
select
    is_event,
    case when is_event then id end as stream_id,
    case when is_event then envelope_type end as event_type,
    case when is_event then coalesce(created_at, _source_updated_at, _ingested_at) else coalesce(_source_updated_at, _ingested_at) end as observed_at,
    json_text(obj, '$.object') as object_type,
    coalesce(json_text(obj, '$.id'), id) as object_id,
    coalesce(json_bool(obj, '$.livemode'), livemode, true) as is_live,
    coalesce(json_bool(obj, '$.deleted'), false)
        or coalesce(is_event and envelope_type = 'customer.deleted', false)
        or (is_tombstone and not is_event) as is_deleted,
    api_version,
    obj,
    _connection as connection,
    _ingested_at
from opened
where not (is_event and is_tombstone)
