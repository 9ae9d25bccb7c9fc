-- Refunds as they were landed: in the orders that hold them, and elsewhere. Of several copies the one that says most counts.
with held as (
    select o.shop_key, o.order_key, o.order_id, o.currency as order_currency, p.entry, p.is_deleted, p.deleted_at, 0 as is_inline, p.version_key as arrival, p.place as list_place,
        greatest(o._ingested_at, p._ingested_at) as _ingested_at
    from normalized.parts p
    join normalized.orders o on o.shop_key = p.shop_key and o.order_id = p.order_id
    where p.part = 'refund'
    union all
    select o.shop_key, o.order_key, o.order_id, o.currency, read_item(t.entry), false, cast(null as timestamp), 1, cast(null as text), t.place, o._ingested_at
    from normalized.orders o
    cross join unnest(json_array(o.refunds, '$')) as t(entry, place)
),
read as (
    select
        shop_key,
        order_key,
        order_id,
        order_currency,
        read_id(entry, 'id') as refund_id,
        read_time(entry, 'processed_at', 'created_at') as refunded_at,
        read_text(entry, 'note') as note,
        read_money(entry, 'total_refunded') as total_refunded,
        coalesce(read_unit(entry, 'total_refunded'), order_currency) as total_currency,
        read_list(entry, 'transactions') as transactions,
        read_list(entry, 'refund_line_items') as lines,
        read_list(entry, 'order_adjustments') as adjustments,
        is_deleted,
        deleted_at,
        is_inline,
        arrival,
        list_place,
        _ingested_at
    from held
),
weighed as (
    select
        *,
        case when refunded_at is null then 0 else 1 end + case when transactions is null then 0 else 1 end + case when lines is null then 0 else 1 end
            + case when adjustments is null then 0 else 1 end + case when total_refunded is null then 0 else 1 end as n_said
    from read
    where refund_id is not null
),
ranked as (
    select
        *,
        row_number() over (partition by order_key, refund_id order by n_said desc, is_inline, _ingested_at desc, refunded_at desc, total_refunded desc, note, arrival, list_place) as nth,
        bool_or(is_deleted) over (partition by order_key, refund_id) as is_gone,
        min(deleted_at) over (partition by order_key, refund_id) as gone_at
    from weighed
)
select
    shop_key, order_key, order_id, order_currency, refund_id, refunded_at, note, total_refunded, total_currency, transactions, lines, adjustments,
    is_gone as is_deleted, gone_at as deleted_at, _ingested_at
from ranked
where nth = 1
