-- Products as they are now.
with read as (
    select
        read_shop() as shop_key,
        read_gid(record_id) as product_id,
        read_text(record, 'title') as title,
        read_text(record, 'product_type') as product_type,
        read_text(record, 'vendor') as vendor,
        lower(json_text(record, '$.status')) as status,
        read_time(record, 'created_at') as created_at,
        coalesce(read_time(record, 'updated_at'), _source_updated_at, read_loaded()) as updated_at,
        _connection as connection,
        record_id,
        _ingested_at
    from raw.products
    where not coalesce(_deleted, false) and coalesce(read_type(record_id) = 'Product', json_text(record, '$.__parentId') is null)
)
select shop_key, product_id, title, product_type, vendor, status, created_at, updated_at, _ingested_at
from read
qualify row_number() over (partition by shop_key, product_id order by updated_at desc, _ingested_at desc, connection desc, record_id desc) = 1
