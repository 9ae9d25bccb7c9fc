-- What happened to orders, one row an event, with the statuses that were in force from then on.
with facts as (
    select o.*, s.units, s.gross_sales, s.sales_currency, s.n_lines, s.n_shipments, s.first_shipped_at, s.last_shipped_at, s.delivered_at, s.shipping_status,
        s.first_paid_at is null as paid_is_inferred,
        -- what was due once goods had been taken off
        o.order_total - s.unpaid_amount as due_amount,
        case when s.n_payments > 0 then s.paid_amount when not s.payments_are_known or o.order_total - s.unpaid_amount = 0 then o.order_total - s.unpaid_amount end as paid_amount,
        case when s.n_payments > 0 then s.paid_currency else o.total_currency end as paid_currency,
        s.n_payments,
        coalesce(s.first_paid_at, case when o.financial_status in ('paid', 'partially_refunded', 'refunded') then o.placed_at end) as paid_at,
        s.authorized_at,
        -- an authorization that came to nothing: the order says so, or, where it is older, a payment that took it back
        case when o.financial_status in ('voided', 'expired') then o.financial_status
            when s.n_payments = 0 and s.voided_at >= coalesce(case when o.financial_status is not null then o.updated_at end, o.placed_at)
                and coalesce(o.financial_status in ('authorized', 'pending'), true) then 'voided' end as ended_state,
        case when o.financial_status = 'expired' then s.expires_at else s.voided_at end as told_ended_at,
        coalesce(o.total_shipping, h.order_shipping) as order_shipping,
        case when o.total_shipping is not null then o.shipping_currency else h.currency end as order_shipping_currency
    from normalized.orders o
    join normalized.order_sums s on s.order_key = o.order_key
    left join normalized.order_shipping h on h.order_key = o.order_key
),
refunded as (
    select
        order_key, refund_id, refunded_at, refund_amount, currency, returned_sales, returned_currency, is_deleted, deleted_at, _ingested_at,
        sum(refund_amount) over (partition by order_key, currency order by refunded_at, refund_id) as refunded_so_far,
        row_number() over (partition by order_key order by refunded_at desc, refund_id desc) as places_from_last
    from normalized.refunds
),
spoken as (
    select order_key, 'order_placed' as event_name, cast(null as text) as part, placed_at as occurred_at,
        case when paid_at <= placed_at then 'paid' when authorized_at <= placed_at then 'authorized' else 'pending' end as financial_state,
        'unfulfilled' as fulfillment_state, order_total as amount, total_currency as amount_currency,
        -- without lines, what the order itself says
        case when n_lines is null then coalesce(order_subtotal, order_total)
            when sales_currency = discount_currency or coalesce(order_discount, 0) = 0 then gross_sales - coalesce(order_discount, 0) end as net_sales,
        case when n_lines is not null then sales_currency when order_subtotal is not null then subtotal_currency else total_currency end as net_currency,
        false as is_inferred, _ingested_at
    from facts
    where placed_at is not null
    union all
    select order_key, 'order_paid', cast(null as text), paid_at,
        case when paid_currency = total_currency and paid_amount < due_amount and coalesce(financial_status not in ('paid', 'partially_refunded', 'refunded'), true)
            then 'partially_paid' else 'paid' end,
        cast(null as text), paid_amount, paid_currency, cast(null as decimal), cast(null as text), paid_is_inferred, _ingested_at
    from facts
    where paid_at is not null
    union all
    select order_key, 'order_partially_fulfilled', cast(null as text), first_shipped_at, cast(null as text), 'partially_fulfilled',
        cast(null as decimal), cast(null as text), cast(null as decimal), cast(null as text), false, _ingested_at
    from facts
    where first_shipped_at is not null and (n_shipments > 1 or shipping_status = 'partially_fulfilled')
    union all
    select order_key, 'order_fulfilled', cast(null as text), coalesce(last_shipped_at, closed_at, updated_at, observed_at, placed_at), cast(null as text), 'fulfilled',
        cast(null as decimal), cast(null as text), cast(null as decimal), cast(null as text), last_shipped_at is null or given_fulfillment is null, _ingested_at
    from facts
    where shipping_status = 'fulfilled' and coalesce(last_shipped_at, closed_at, updated_at, observed_at, placed_at) is not null
    union all
    select order_key, 'order_delivered', cast(null as text), delivered_at, cast(null as text), cast(null as text),
        cast(null as decimal), cast(null as text), cast(null as decimal), cast(null as text), false, _ingested_at
    from facts
    where delivered_at is not null and shipping_status = 'fulfilled'
    union all
    select order_key, 'order_cancelled', cast(null as text), cancelled_at,
        ended_state,
        case when fulfillment_status = 'restocked' then 'restocked' end,
        cast(null as decimal), cast(null as text), cast(null as decimal), cast(null as text), false, _ingested_at
    from facts
    where cancelled_at is not null
    union all
    select order_key, concat('order_', ended_state), cast(null as text), greatest(coalesce(told_ended_at, ended_at), placed_at), ended_state, cast(null as text),
        cast(null as decimal), cast(null as text), cast(null as decimal), cast(null as text), told_ended_at is null, _ingested_at
    from facts
    where ended_state is not null and cancelled_at is null and placed_at is not null and coalesce(told_ended_at, ended_at) is not null
    union all
    select order_key, 'order_deleted', cast(null as text), deleted_at, cast(null as text), cast(null as text),
        cast(null as decimal), cast(null as text), cast(null as decimal), cast(null as text), false, _ingested_at
    from facts
    where is_deleted and deleted_at is not null
    union all
    select f.order_key, 'order_refunded', r.refund_id, coalesce(r.refunded_at, f.updated_at, f.placed_at),
        case
            when r.refund_amount = 0 then null
            when r.currency = f.paid_currency and r.refunded_so_far >= f.paid_amount then 'refunded'
            when coalesce(r.currency <> f.paid_currency or f.paid_amount is null, true) and f.financial_status = 'refunded' and r.places_from_last = 1 then 'refunded'
            else 'partially_refunded'
        end,
        cast(null as text), r.refund_amount, r.currency, -r.returned_sales, r.returned_currency, r.refunded_at is null, greatest(f._ingested_at, r._ingested_at)
    from refunded r
    join facts f on f.order_key = r.order_key
    where coalesce(r.refunded_at, f.updated_at, f.placed_at) is not null and (not r.is_deleted or r.refunded_at is not null)
    union all
    select f.order_key, 'refund_deleted', r.refund_id, r.deleted_at, cast(null as text), cast(null as text),
        cast(null as decimal), cast(null as text), cast(null as decimal), cast(null as text), false, greatest(f._ingested_at, r._ingested_at)
    from refunded r
    join facts f on f.order_key = r.order_key
    where r.is_deleted and r.deleted_at is not null
)
select
    nexus_id('evt', s.event_name, s.order_key, s.part) as event_id,
    s.event_name,
    s.part as refund_id,
    s.occurred_at,
    s.financial_state,
    s.fulfillment_state,
    s.amount,
    s.amount_currency,
    s.net_sales,
    s.net_currency,
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
    coalesce(f.currency, f.total_currency) as currency,
    f.presentment_currency,
    f.order_total,
    f.total_currency,
    f.order_total_presentment,
    f.order_subtotal,
    f.subtotal_currency,
    f.order_tax,
    f.tax_currency,
    f.order_discount,
    f.discount_currency,
    f.order_shipping,
    f.order_shipping_currency as shipping_currency,
    f.order_tip,
    f.tip_currency,
    f.units,
    f.gross_sales,
    f.sales_currency,
    f.is_valid and f.ended_state is null as is_valid,
    f.cancel_reason,
    f.financial_status,
    f.shipping_status as fulfillment_status,
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
