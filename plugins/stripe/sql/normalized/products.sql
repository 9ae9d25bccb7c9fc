-- Products: the latest version of each.
with versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, _ingested_at) as observed_at, _connection as connection, _ingested_at
    from raw.products
    where not coalesce(_deleted, false)
    union all
    select obj, object_id, observed_at, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'product' and not is_deleted
)
select
    id as product_id,
    nullif(json_text(obj, '$.name'), '') as product_name,
    json_bool(obj, '$.active') as is_active,
    json_timestamp(obj, '$.created') as created_at,
    coalesce(json_timestamp(obj, '$.updated'), observed_at) as observed_at,
    coalesce(json_bool(obj, '$.livemode'), true) as is_live,
    _ingested_at
from versions
qualify row_number() over (partition by id order by observed_at desc, _ingested_at desc, connection desc) = 1
