-- What the lines, payments and shipments of each order come to.
with lines as (
    select
        order_key,
        sum(quantity) as units,
        case when count(distinct currency) <= 1 then sum(case when not is_gift_card then line_total else 0 end) end as gross_sales,
        max(currency) as sales_currency,
        count(*) as n_lines
    from normalized.order_lines
    group by order_key
),
payments as (
    select
        order_key,
        min(happened_at) as first_paid_at,
        count(*) as n_payments,
        case when count(distinct currency) <= 1 then sum(amount) end as paid_amount,
        max(currency) as paid_currency
    from normalized.transactions
    where kind in ('sale', 'capture') and status = 'success'
    group by order_key
),
authorizations as (
    select order_key, min(case when kind = 'authorization' then happened_at end) as authorized_at, max(case when kind = 'void' then happened_at end) as voided_at,
        min(case when kind = 'authorization' then expires_at end) as expires_at
    from normalized.transactions
    where kind in ('authorization', 'void') and status = 'success'
    group by order_key
),
-- where payments were landed, an order without one was not paid
listed as (
    select distinct shop_key, order_id
    from normalized.parts
    where part = 'transaction_list'
),
-- what was taken off before it was paid for
unpaid as (
    select order_key, currency, sum(unpaid_amount) as unpaid_amount
    from normalized.refunds
    where unpaid_amount is not null
    group by order_key, currency
),
shipments as (
    select order_key, min(shipped_at) as first_shipped_at, max(shipped_at) as last_shipped_at, max(delivered_at) as delivered_at, count(*) as n_shipments,
        count(delivered_at) as n_delivered
    from normalized.fulfillments
    group by order_key
)
select
    o.order_key,
    l.units,
    l.gross_sales,
    l.sales_currency,
    l.n_lines,
    p.first_paid_at,
    coalesce(p.n_payments, 0) as n_payments,
    p.paid_amount,
    p.paid_currency,
    o.transactions is not null or t.order_id is not null as payments_are_known,
    coalesce(u.unpaid_amount, 0) as unpaid_amount,
    a.authorized_at,
    a.voided_at,
    a.expires_at,
    s.first_shipped_at,
    s.last_shipped_at,
    s.n_shipments,
    -- an order that does not say whether it was shipped was, where a shipment is there
    case when o.given_fulfillment is null and s.n_shipments > 0 then 'fulfilled' else o.fulfillment_status end as shipping_status,
    case when s.n_delivered = s.n_shipments then s.delivered_at end as delivered_at
from normalized.orders o
left join lines l on l.order_key = o.order_key
left join payments p on p.order_key = o.order_key
left join listed t on t.shop_key = o.shop_key and t.order_id = o.order_id
left join unpaid u on u.order_key = o.order_key and u.currency = o.total_currency
left join authorizations a on a.order_key = o.order_key
left join shipments s on s.order_key = o.order_key
