-- What the lines, payments and shipments of each order come to.
with lines as (
    select
        order_key,
        sum(quantity) as units,
        sum(case when not is_gift_card then price * quantity else 0 end) as gross_sales,
        sum(case when is_gift_card then price * quantity else 0 end) as gift_card_sales,
        count(*) as n_lines
    from normalized.order_lines
    group by order_key
),
payments as (
    select
        order_key,
        min(happened_at) as first_paid_at,
        sum(amount) as paid_amount
    from normalized.transactions
    where kind in ('sale', 'capture') and status = 'success'
    group by order_key
),
authorizations as (
    select order_key, min(happened_at) as authorized_at
    from normalized.transactions
    where kind = 'authorization' and status = 'success'
    group by order_key
),
shipments as (
    select order_key, min(shipped_at) as first_shipped_at, max(shipped_at) as last_shipped_at, max(delivered_at) as delivered_at, count(*) as n_shipments,
        count(delivered_at) as n_delivered
    from normalized.fulfillments
    group by order_key
),
places as (
    select
        order_key,
        row_number() over (partition by buyer_key order by placed_at, order_key) as order_index
    from normalized.buyers
    where is_valid
)
select
    o.order_key,
    l.units,
    l.gross_sales,
    l.gift_card_sales,
    l.n_lines,
    p.first_paid_at,
    p.paid_amount,
    a.authorized_at,
    s.first_shipped_at,
    s.last_shipped_at,
    s.n_shipments,
    case when s.n_delivered = s.n_shipments then s.delivered_at end as delivered_at,
    i.order_index
from normalized.orders o
left join lines l on l.order_key = o.order_key
left join payments p on p.order_key = o.order_key
left join authorizations a on a.order_key = o.order_key
left join shipments s on s.order_key = o.order_key
left join places i on i.order_key = o.order_key
