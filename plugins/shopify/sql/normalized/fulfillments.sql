-- Shipments of orders: from their own table and from the orders that hold them.
with loose as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId'))) as order_id,
        record as entry,
        _ingested_at
    from raw.fulfillments
    where not coalesce(_deleted, false)
),
held as (
    select o.order_key, l.entry, 0 as is_inline, greatest(o._ingested_at, l._ingested_at) as _ingested_at
    from loose l
    join normalized.orders o on o.shop_key = l.shop_key and o.order_id = l.order_id
    union all
    select o.order_key, t.entry, 1, o._ingested_at
    from normalized.orders o
    cross join unnest(json_array(o.fulfillments, '$')) as t(entry)
),
read as (
    select
        order_key,
        coalesce(regexp_extract(json_text(entry, '$.id'), '/([0-9]+)', 1), json_text(entry, '$.id')) as fulfillment_id,
        lower(json_text(entry, '$.status')) as status,
        coalesce(json_timestamp(entry, '$.created_at'), json_timestamp(entry, '$.createdAt')) as shipped_at,
        coalesce(coalesce(json_timestamp(entry, '$.deliveredAt'), json_timestamp(entry, '$.delivered_at')),
            case when json_text(entry, '$.shipment_status') = 'delivered' then coalesce(json_timestamp(entry, '$.updated_at'), json_timestamp(entry, '$.updatedAt')) end) as delivered_at,
        is_inline,
        _ingested_at
    from held
)
select *
from read
qualify row_number() over (partition by order_key, fulfillment_id order by is_inline, _ingested_at desc, delivered_at desc, shipped_at desc, status) = 1
    and coalesce(status, 'success') in ('success', 'fulfilled', 'closed')
