-- Products, as registered entities: those landed, and those only seen in orders.
with seen as (
    select concat(shop_key, '/', product_id) as product_key, arg_max(title, _ingested_at) as title, max(_ingested_at) as _ingested_at
    from normalized.order_lines
    where product_id is not null
    group by concat(shop_key, '/', product_id)
)
select
    'product' as entity_type,
    coalesce(s.product_key, concat(p.shop_key, '/', p.product_id)) as source_id,
    p.created_at,
    p.updated_at,
    coalesce(p.title, s.title) as name,
    p.product_type,
    p.vendor,
    p.status,
    coalesce(p._ingested_at, s._ingested_at) as _ingested_at
from normalized.products p
full join seen s on s.product_key = concat(p.shop_key, '/', p.product_id)
