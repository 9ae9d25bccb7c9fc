-- The first discount code of each order, where a loader keeps codes in a table of their own: a row names its order, or its row (dlt), or its key (Stitch).
with codes as (
    select read_shop() as shop_key, coalesce(read_id(record, 'order.id'), json_text(record, '$._sdc_source_key_id')) as order_id, json_text(record, '$._dlt_parent_id') as parent_row,
        json_text(record, '$.code') as code, coalesce(json_bigint(record, '$.index'), json_bigint(record, '$._dlt_list_idx'), json_bigint(record, '$._sdc_level_0_id'), 0) as place, _ingested_at
    from raw.discount_codes
),
parents as (
    select distinct json_text(record, '$._dlt_id') as row_key, read_gid(record_id) as order_id
    from raw.orders_history
    where json_text(record, '$._dlt_id') is not null
)
select c.shop_key, coalesce(c.order_id, p.order_id) as order_id, arg_min(c.code, c.place) as code, max(c._ingested_at) as _ingested_at
from codes as c
left join parents as p on p.row_key = c.parent_row
group by c.shop_key, coalesce(c.order_id, p.order_id)
