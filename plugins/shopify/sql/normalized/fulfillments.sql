-- Shipments of orders: from the orders that hold them, and from elsewhere.
with held as (
    select o.order_key, p.entry, 0 as is_inline, greatest(o._ingested_at, p._ingested_at) as _ingested_at
    from normalized.parts p
    join normalized.orders o on o.shop_key = p.shop_key and o.order_id = p.order_id
    where p.part = 'fulfillment' and p.is_full
    union all
    select o.order_key, read_item(t.entry), 1, o._ingested_at
    from normalized.orders o
    cross join unnest(json_array(o.fulfillments, '$')) as t(entry)
),
read as (
    select
        order_key,
        read_id(entry, 'id') as fulfillment_id,
        lower(read_text(entry, 'status')) as status,
        read_time(entry, 'created_at') as shipped_at,
        coalesce(read_time(entry, 'delivered_at'), case when lower(read_text(entry, 'shipment_status')) = 'delivered' then read_time(entry, 'updated_at') end) as delivered_at,
        is_inline,
        _ingested_at
    from held
)
select *
from read
qualify row_number() over (partition by order_key, fulfillment_id order by is_inline, _ingested_at desc, delivered_at desc, shipped_at desc, status) = 1
    and coalesce(status, 'success') in ('success', 'fulfilled', 'closed')
