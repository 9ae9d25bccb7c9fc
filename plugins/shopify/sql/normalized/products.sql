-- Products as they are now.
select
    lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
    coalesce(regexp_extract(record_id, '/([0-9]+)', 1), record_id) as product_id,
    nullif(trim(json_text(record, '$.title')), '') as title,
    nullif(trim(coalesce(json_text(record, '$.product_type'), json_text(record, '$.productType'))), '') as product_type,
    nullif(trim(json_text(record, '$.vendor')), '') as vendor,
    lower(json_text(record, '$.status')) as status,
    coalesce(json_timestamp(record, '$.created_at'), json_timestamp(record, '$.createdAt')) as created_at,
    coalesce(coalesce(json_timestamp(record, '$.updated_at'), json_timestamp(record, '$.updatedAt')), _source_updated_at, _ingested_at) as updated_at,
    _ingested_at
from raw.products
where not coalesce(_deleted, false)
qualify row_number() over (partition by lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())), coalesce(regexp_extract(record_id, '/([0-9]+)', 1), record_id)
    order by coalesce(coalesce(json_timestamp(record, '$.updated_at'), json_timestamp(record, '$.updatedAt')), _source_updated_at, _ingested_at) desc, _ingested_at desc, _connection desc) = 1
