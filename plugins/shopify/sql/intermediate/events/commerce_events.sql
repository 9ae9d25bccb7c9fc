-- Every event of a shop: orders, customers, checkouts, returns.
with spoken as (
    select event_id, event_name, 'order' as event_type, occurred_at,
        concat('Order ', coalesce(order_name, order_key), ' ', case when event_name = 'refund_deleted' then 'refund deleted' else replace(replace(event_name, 'order_', ''), '_', ' ') end,
            case when amount is not null then concat(': ', cast(amount as text), ' ', amount_currency) end) as event_description,
        case when event_name in ('order_refunded', 'refund_deleted') then 'refunds' when event_name = 'order_paid' then 'transactions'
            when event_name in ('order_fulfilled', 'order_partially_fulfilled', 'order_delivered') then 'fulfillments' else 'orders' end as source_table, _ingested_at
    from normalized.order_activity
    union all
    select event_id, event_name, 'customer', occurred_at,
        concat(replace(event_name, '_', ' '), ': ', coalesce(name, email, phone, customer_key), case when channel is not null then concat(' (', channel, ')') end), 'customers', _ingested_at
    from normalized.customer_activity
    union all
    select event_id, event_name, 'checkout', occurred_at,
        concat(replace(event_name, '_', ' '), case when checkout_total is not null then concat(': ', cast(checkout_total as text), ' ', currency) end), 'checkouts', _ingested_at
    from normalized.checkout_activity
    union all
    select event_id, event_name, 'service', occurred_at,
        concat(replace(event_name, '_', ' '), case when amount is not null then concat(': ', cast(amount as text), ' ', currency) end), source_table, _ingested_at
    from normalized.service_activity
    union all
    select event_id, event_name, 'shop', occurred_at, concat('Shop ', coalesce(shop_name, shop_id), ' ', replace(replace(event_name, 'shop_', ''), '_', ' '),
        case when shop_plan is not null then concat(': ', shop_plan) end), 'shops', _ingested_at
    from normalized.shop_activity
)
select
    event_id,
    occurred_at,
    event_name,
    event_type,
    event_description,
    cast(case
        when event_name in ('order_placed', 'order_refunded', 'dispute_opened') then 0.8
        when event_name in ('order_cancelled', 'order_voided', 'order_expired', 'checkout_abandoned', 'return_requested') then 0.6
        when event_name in ('order_paid', 'marketing_subscribed', 'marketing_unsubscribed', 'customer_created') then 0.4
        else 0.2
    end as double) as significance,
    source_table,
    _ingested_at
from spoken
