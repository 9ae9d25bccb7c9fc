-- Products: the latest version of each; one that was deleted keeps its name.
with versions as (
    select record as obj, record_id as id, 'product' as object_type, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        concat('products/', _connection, '/', record_id, '/', cast(_version as text)) as version_key, true as is_live, _connection as connection, _ingested_at
    from raw.products_history
    union all
    select obj, object_id, object_type, observed_at, version_key, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'product'
),
placed as (
    select v.*, coalesce(o.place, 0) as place
    from versions v
    left join normalized.object_order o on o.version_key = v.version_key
)
select
    id as product_id,
    nullif(json_text(obj, '$.name'), '') as product_name,
    json_bool(obj, '$.active') as is_active,
    json_timestamp(obj, '$.created') as created_at,
    coalesce(json_timestamp(obj, '$.updated'), observed_at, json_timestamp(obj, '$.created')) as observed_at,
    coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
    _ingested_at
from placed
where coalesce(json_text(obj, '$.object'), 'product') = 'product' and json_text(obj, '$.name') is not null
qualify row_number() over (partition by id order by observed_at desc, place desc, _ingested_at desc, connection desc, version_key) = 1
