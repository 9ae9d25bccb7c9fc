-- The first discount code of each order, where a flattening loader keeps codes in a table of their own.
select
    read_shop() as shop_key,
    read_id(record, 'order.id') as order_id,
    arg_min(json_text(record, '$.code'), coalesce(json_bigint(record, '$.index'), 0)) as code,
    max(_ingested_at) as _ingested_at
from raw.discount_codes
group by read_shop(), read_id(record, 'order.id')
