-- Every object that came inside an event envelope, or in the table of mixed
-- objects: one row a version. An envelope holds its object in data.object; some
-- loaders keep the bare object in data, where data.object is its type's name.
-- observed_at is NULL where neither the object nor the loader gives a time.
with unlisted as (
    -- an event that the loader no longer lists has happened all the same
    select h.record, h.record_id, h._ingested_at, h._source_updated_at, h._connection, h._api_version
    from raw.events_history h
    join raw.events e on e.record_id = h.record_id and coalesce(e._connection, '') = coalesce(h._connection, '')
    where coalesce(e._deleted, false) and json_type(h.record, '$.data') = 'object'
    qualify row_number() over (partition by h.record_id, coalesce(h._connection, '') order by h._version desc) = 1
),
arrivals as (
    select record, record_id, _ingested_at, _source_updated_at, _deleted, _connection, _api_version,
        concat('events/', _connection, '/', record_id) as version_key
    from raw.events
    where not coalesce(_deleted, false)
    union all
    select record, record_id, _ingested_at, _source_updated_at, false, _connection, _api_version,
        concat('events/', _connection, '/', record_id)
    from unlisted
    union all
    select record, record_id, _ingested_at, _source_updated_at, _deleted, _connection, _api_version,
        concat('objects/', _connection, '/', record_id, '/', cast(_version as text))
    from raw.objects_history
),
read as (
    select
        coalesce(json_text(record, '$.object'), 'event') = 'event'
            and coalesce(json_type(record, '$.data') = 'object', false)
            and coalesce(json_type(record, '$.data.object') in ('object', 'string'), false) as is_event,
        json_type(record, '$.data.object') = 'string' as is_bare_in_data,
        coalesce(json_text(record, '$.id'), record_id) as id,
        json_text(record, '$.type') as event_type,
        json_timestamp(record, '$.created') as created_at,
        json_text(record, '$.object') as bare_type,
        json_text(record, '$.data.object') as data_type,
        json_text(record, '$.data.object.object') as object_type,
        json_text(record, '$.data.id') as data_id,
        json_text(record, '$.data.object.id') as object_id,
        json_bool(record, '$.livemode') as envelope_is_live,
        coalesce(json_bool(record, '$.data.object.livemode'), json_bool(record, '$.data.livemode')) as object_is_live,
        coalesce(json_bool(record, '$.deleted'), json_bool(record, '$.data.object.deleted'), json_bool(record, '$.data.deleted'), false) as is_stub,
        coalesce(json_text(record, '$.api_version'), _api_version) as api_version,
        json_extract(record, '$.data') as data,
        json_extract(record, '$.data.object') as data_object,
        json_extract(record, '$.data.previous_attributes') as previous_attributes,
        record,
        _ingested_at,
        coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as seen_at,
        coalesce(_deleted, false) as is_tombstone,
        version_key,
        _connection
    from arrivals
),
told as (
    select
        is_event,
        case when is_event then id end as stream_id,
        case when is_event then event_type end as event_type,
        case when is_event then coalesce(created_at, seen_at) else seen_at end as observed_at,
        case when not is_event then bare_type when is_bare_in_data then data_type else object_type end as object_type,
        -- the id of an envelope names no object: a preview of an invoice has none
        case when not is_event then id when is_bare_in_data then data_id else object_id end as object_id,
        coalesce(case when is_event then object_is_live end, envelope_is_live, true) as is_live,
        is_stub or coalesce(is_event and event_type = 'customer.deleted', false) or (is_tombstone and not is_event) as is_deleted,
        api_version,
        case when not is_event then record when is_bare_in_data then data else data_object end as obj,
        case when is_event then previous_attributes end as previous_attributes,
        version_key,
        _connection as connection,
        _ingested_at
    from read
)
select *
from told
where object_id is not null and coalesce(event_type <> 'invoice.upcoming', true)
