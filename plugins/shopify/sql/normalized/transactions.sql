-- Payments of orders: from their own table, from orders, and from refunds.
with loose as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId'))) as order_id,
        coalesce(regexp_extract(json_text(record, '$.refund_id'), '/([0-9]+)', 1), json_text(record, '$.refund_id')) as refund_id,
        record as entry,
        _ingested_at
    from raw.transactions
    where not coalesce(_deleted, false)
),
held as (
    select o.order_key, l.refund_id, l.entry, greatest(o._ingested_at, l._ingested_at) as _ingested_at
    from loose l
    join normalized.orders o on o.shop_key = l.shop_key and o.order_id = l.order_id
    union all
    select o.order_key, cast(null as text), t.entry, o._ingested_at
    from normalized.orders o
    cross join unnest(json_array(o.transactions, '$')) as t(entry)
    union all
    select order_key, refund_id, t.entry, _ingested_at
    from normalized.refund_records r
    cross join unnest(json_array(r.transactions, '$')) as t(entry)
),
read as (
    select
        order_key,
        refund_id,
        coalesce(regexp_extract(json_text(entry, '$.id'), '/([0-9]+)', 1), json_text(entry, '$.id')) as transaction_id,
        lower(json_text(entry, '$.kind')) as kind,
        lower(json_text(entry, '$.status')) as status,
        coalesce(json_decimal(entry, '$.amount'), json_decimal(entry, '$.amountSet.shopMoney.amount'), json_decimal(entry, '$.amount_set.shop_money.amount')) as amount,
        upper(coalesce(json_text(entry, '$.currency'), json_text(entry, '$.amountSet.shopMoney.currencyCode'))) as currency,
        coalesce(json_timestamp(entry, '$.processed_at'), json_timestamp(entry, '$.processedAt'), json_timestamp(entry, '$.created_at'), json_timestamp(entry, '$.createdAt')) as happened_at,
        json_text(entry, '$.gateway') as gateway,
        coalesce(json_bool(entry, '$.test'), false) as is_test,
        _ingested_at
    from held
)
select *
from read
qualify (not is_test or config('include_test')) and (transaction_id is null
    or row_number() over (partition by order_key, transaction_id order by refund_id is null, happened_at, _ingested_at desc, status, amount) = 1)
