-- Payments of orders: from orders, from refunds, and from elsewhere. An amount has the currency that its payment gives it.
with held as (
    select o.order_key, p.refund_id, p.entry, o.currency as default_currency, greatest(o._ingested_at, p._ingested_at) as _ingested_at
    from normalized.parts p
    left join normalized.refund_records r on r.shop_key = p.shop_key and r.refund_id = p.refund_id
    join normalized.orders o on o.shop_key = p.shop_key and o.order_id = coalesce(p.order_id, r.order_id)
    where p.part = 'transaction' and p.is_full
    union all
    select o.order_key, cast(null as text), read_item(t.entry), o.currency, o._ingested_at
    from normalized.orders o
    cross join unnest(json_array(o.transactions, '$')) as t(entry)
    union all
    select r.order_key, r.refund_id, read_item(t.entry), r.order_currency, r._ingested_at
    from normalized.refund_records r
    cross join unnest(json_array(r.transactions, '$')) as t(entry)
),
read as (
    select
        order_key,
        refund_id,
        read_id(entry, 'id') as transaction_id,
        lower(read_text(entry, 'kind')) as kind,
        lower(read_text(entry, 'status')) as status,
        read_money(entry, 'amount') as amount,
        coalesce(read_unit(entry, 'amount'), read_currency(entry), default_currency) as currency,
        read_time(entry, 'processed_at', 'created_at') as happened_at,
        read_time(entry, 'authorization_expires_at') as expires_at,
        read_text(entry, 'gateway') as gateway,
        coalesce(json_bool(entry, '$.test'), false) as is_test,
        _ingested_at
    from held
)
select *
from read
qualify (not is_test or config('include_test')) and (transaction_id is null
    or row_number() over (partition by order_key, transaction_id order by refund_id is null, happened_at, _ingested_at desc,
        case when status = 'success' then 0 when status = 'pending' then 2 else 1 end, status, amount, currency, kind, gateway, refund_id, is_test) = 1)
