-- Records of a store that gave no event of their own, and why.
with marked as (
    select 'orders' as table_name, record_id, coalesce(json_bool(record, '$.test'), false) as is_test, read_type(record_id) as object_type, json_text(record, '$.__parentId') as parent_id, _ingested_at
    from raw.orders
    where record_id is not null
),
merges as (
    select 'customer_merges' as table_name, record, record_id, _ingested_at
    from raw.customer_merges
    union all
    select 'customers', record, record_id, _ingested_at
    from raw.customers
    where regexp_like(record_id, '^(gid:%|[^:]*/)')
),
others as (
    select 'customers' as table_name, record_id, read_type(record_id) as object_type, json_text(record, '$.__parentId') as parent_id, _ingested_at
    from raw.customers
    union all
    select 'checkouts', record_id, read_type(record_id), json_text(record, '$.__parentId'), _ingested_at
    from raw.checkouts
    union all
    select 'products', record_id, read_type(record_id), json_text(record, '$.__parentId'), _ingested_at
    from raw.products
    union all
    select 'gift_cards', record_id, read_type(record_id), json_text(record, '$.__parentId'), _ingested_at
    from raw.gift_cards
),
found as (
    select table_name, 'test_mode' as reason, cast(null as text) as detail, record_id as sample, _ingested_at
    from marked
    where is_test and not config('include_test')
    union all
    -- what a bulk operation puts among the orders and is read neither as an order nor as a part of one
    select table_name, 'unknown_type', object_type, record_id, _ingested_at
    from marked
    where object_type not in ('Order', 'LineItem', 'OrderTransaction', 'Refund', 'RefundLineItem', 'OrderAdjustment', 'Fulfillment', 'Return', 'ShopifyPaymentsDispute', 'OrderDisputeSummary')
        or (object_type is null and parent_id is not null)
    union all
    -- among other objects a bulk operation puts their children, which are read as none
    select table_name, 'unknown_type', object_type, record_id, _ingested_at
    from others
    where (object_type not in ('Customer', 'AbandonedCheckout', 'Checkout', 'Product', 'GiftCard') or (object_type is null and parent_id is not null))
        -- but the orders of customers, and the parts of those
        and not (table_name = 'customers' and coalesce(object_type in ('Order', 'LineItem', 'OrderTransaction', 'Refund', 'RefundLineItem', 'OrderAdjustment',
            'Fulfillment', 'Return', 'ShopifyPaymentsDispute', 'OrderDisputeSummary'), false))
    union all
    select 'orders', 'incomplete_record', cast(null as text), order_id, _ingested_at
    from normalized.orders
    where placed_at is null
    union all
    select 'orders', 'draft', d.status, r.record_id, r._ingested_at
    from raw.orders r
    join normalized.drafts d on d.draft_id = r.record_id and d.draft_connection = coalesce(r._connection, '')
    where not coalesce(r._deleted, false)
    union all
    -- merges that do not say of whom, or that nothing dates
    select table_name, 'incomplete_record', cast(null as text), record_id, _ingested_at
    from merges
    where read_id(record, 'admin_graphql_api_customer_kept.id', 'customer_kept.id', 'kept_customer.id', 'resulting_customer.id') is null
        or (read_id(record, 'admin_graphql_api_customer_deleted.id', 'customer_deleted.id', 'deleted_customer.id', 'merged_customer.id') is null and read_id(record, 'customer_one.id') is null)
    union all
    select 'customer_merges', 'incomplete_record', 'no date', merged_key, _ingested_at
    from normalized.customer_merges
    where merged_at is null
    union all
    select 'customers', 'incomplete_record', cast(null as text), customer_id, _ingested_at
    from normalized.customers
    where created_at is null
    union all
    select 'checkouts', 'incomplete_record', cast(null as text), checkout_id, _ingested_at
    from normalized.checkouts
    where created_at is null
    union all
    select concat(part, 's'), 'incomplete_record', cast(null as text), part_id, _ingested_at
    from normalized.parts
    where part in ('return', 'dispute') and not is_deleted and read_time(entry, 'initiated_at', 'created_at') is null
    union all
    select 'gift_cards', 'incomplete_record', cast(null as text), record_id, _ingested_at
    from raw.gift_cards
    where read_time(record, 'created_at') is null and read_time(record, 'deleted_at') is null and not coalesce(_deleted, false)
        and coalesce(read_type(record_id) = 'GiftCard', json_text(record, '$.__parentId') is null)
    union all
    select case p.part when 'line' then 'order_lines' when 'adjustment' then 'order_adjustments' else concat(p.part, 's') end, 'missing_parent', cast(null as text), p.part_id, p._ingested_at
    from normalized.parts p
    left join normalized.orders o on o.shop_key = p.shop_key and o.order_id = p.order_id
    left join normalized.refund_records r on r.shop_key = p.shop_key and r.refund_id = p.refund_id
    where p.part in ('line', 'transaction', 'refund', 'refund_line', 'adjustment', 'fulfillment') and o.order_key is null and r.order_key is null
    union all
    -- money went back, and no refund says how much and when: the order counts whole
    select 'orders', 'missing_refund', o.financial_status, o.order_id, o._ingested_at
    from normalized.orders o
    left join (select distinct order_key from normalized.refund_records) r on r.order_key = o.order_key
    where o.financial_status in ('refunded', 'partially_refunded') and r.order_key is null
)
select table_name, reason, detail, sample, cast(1 as bigint) as n, _ingested_at
from found
