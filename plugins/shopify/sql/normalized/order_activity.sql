-- What happened to orders, one row an event, with the statuses that were in force from then on.
with facts as (
    select o.*, s.units, s.gross_sales, s.gift_card_sales, s.n_lines, s.order_index, s.paid_amount, s.n_shipments, s.first_shipped_at, s.last_shipped_at, s.delivered_at,
        s.first_paid_at is null as paid_is_inferred,
        coalesce(s.first_paid_at, case when o.financial_status in ('paid', 'partially_refunded', 'refunded') then o.placed_at end) as paid_at,
        s.authorized_at
    from normalized.orders o
    join normalized.order_sums s on s.order_key = o.order_key
),
refunded as (
    select
        order_key, refund_id, refunded_at, refund_amount, returned_sales, _ingested_at,
        sum(refund_amount) over (partition by order_key order by refunded_at, refund_id) as refunded_so_far
    from normalized.refunds
),
spoken as (
    select order_key, 'order_placed' as event_name, cast(null as text) as part, placed_at as occurred_at,
        case when paid_at <= placed_at then 'paid' when authorized_at <= placed_at then 'authorized' else 'pending' end as financial_state,
        'unfulfilled' as fulfillment_state, order_total as amount, cast(null as decimal) as net_sales, false as is_inferred, _ingested_at
    from facts
    union all
    select order_key, 'order_paid', cast(null as text), paid_at,
        case when paid_amount < order_total then 'partially_paid' else 'paid' end,
        cast(null as text), coalesce(paid_amount, order_total), cast(null as decimal), paid_is_inferred, _ingested_at
    from facts
    where paid_at is not null
    union all
    select order_key, 'order_partially_fulfilled', cast(null as text), first_shipped_at, cast(null as text), 'partially_fulfilled',
        cast(null as decimal), cast(null as decimal), false, _ingested_at
    from facts
    where first_shipped_at is not null and (n_shipments > 1 or fulfillment_status in ('partial', 'partially_fulfilled'))
    union all
    select order_key, 'order_fulfilled', cast(null as text), coalesce(last_shipped_at, closed_at, updated_at, observed_at), cast(null as text), 'fulfilled',
        cast(null as decimal), cast(null as decimal), last_shipped_at is null, _ingested_at
    from facts
    where fulfillment_status = 'fulfilled'
    union all
    select order_key, 'order_delivered', cast(null as text), delivered_at, cast(null as text), cast(null as text),
        cast(null as decimal), cast(null as decimal), false, _ingested_at
    from facts
    where delivered_at is not null and fulfillment_status = 'fulfilled'
    union all
    select order_key, 'order_cancelled', cast(null as text), cancelled_at,
        case when financial_status in ('voided', 'expired') then financial_status end,
        case when fulfillment_status = 'restocked' then 'restocked' end,
        cast(null as decimal), cast(null as decimal), false, _ingested_at
    from facts
    where cancelled_at is not null
    union all
    select f.order_key, 'order_refunded', r.refund_id, r.refunded_at,
        case when r.refunded_so_far >= coalesce(f.paid_amount, f.order_total) then 'refunded' else 'partially_refunded' end,
        cast(null as text), r.refund_amount, -r.returned_sales, false, greatest(f._ingested_at, r._ingested_at)
    from refunded r
    join facts f on f.order_key = r.order_key
)
select
    nexus_id('evt', source_name(), s.event_name, s.order_key, s.part) as event_id,
    s.event_name,
    s.part as refund_id,
    s.occurred_at,
    s.financial_state,
    s.fulfillment_state,
    s.amount,
    s.net_sales,
    s.is_inferred,
    f.order_key,
    f.order_id,
    f.order_name,
    f.shop_key,
    f.customer_key,
    f.customer_email,
    f.customer_phone,
    coalesce(f.customer_name, case when f.customer_key is null then f.billing_name end) as buyer_name,
    f.order_email,
    f.order_phone,
    f.company_key,
    f.company_name,
    f.currency,
    f.presentment_currency,
    f.order_total,
    f.order_total_presentment,
    f.order_subtotal,
    f.order_tax,
    f.order_discount,
    f.order_shipping,
    f.order_tip,
    f.units,
    f.gross_sales,
    f.gross_sales - coalesce(f.order_discount, 0) as placed_net_sales,
    f.gift_card_sales,
    f.order_index,
    f.is_valid,
    f.cancel_reason,
    f.financial_status,
    f.fulfillment_status,
    f.source_channel,
    f.app,
    f.shipping_country,
    f.utm_source,
    f.utm_medium,
    f.utm_campaign,
    f.referrer,
    f.discount_code,
    f.tags,
    s._ingested_at
from spoken s
join facts f on f.order_key = s.order_key
