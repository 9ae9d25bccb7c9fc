-- Refunds as they were landed: from their own table and from the orders that hold them.
with loose as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId'))) as order_id,
        record as entry,
        _ingested_at
    from raw.refunds
    where not coalesce(_deleted, false)
),
held as (
    select o.shop_key, o.order_key, l.entry, 0 as is_inline, greatest(o._ingested_at, l._ingested_at) as _ingested_at
    from loose l
    join normalized.orders o on o.shop_key = l.shop_key and o.order_id = l.order_id
    union all
    select o.shop_key, o.order_key, t.entry, 1, o._ingested_at
    from normalized.orders o
    cross join unnest(json_array(o.refunds, '$')) as t(entry)
),
read as (
    select
        shop_key,
        order_key,
        coalesce(regexp_extract(json_text(entry, '$.id'), '/([0-9]+)', 1), json_text(entry, '$.id')) as refund_id,
        coalesce(json_timestamp(entry, '$.processed_at'), json_timestamp(entry, '$.processedAt'), json_timestamp(entry, '$.created_at'), json_timestamp(entry, '$.createdAt')) as refunded_at,
        nullif(json_text(entry, '$.note'), '') as note,
        json_decimal(entry, '$.totalRefundedSet.shopMoney.amount') as total_refunded,
        coalesce(json_extract(entry, '$.transactions.nodes'), json_extract(entry, '$.transactions')) as transactions,
        coalesce(json_extract(entry, '$.refund_line_items'), json_extract(entry, '$.refundLineItems.nodes'), json_extract(entry, '$.refundLineItems')) as lines,
        json_extract(entry, '$.order_adjustments') as adjustments,
        is_inline,
        _ingested_at
    from held
)
select *
from read
qualify row_number() over (partition by order_key, refund_id order by is_inline, _ingested_at desc, refunded_at desc, total_refunded desc, note) = 1 and refund_id is not null
