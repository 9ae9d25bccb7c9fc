-- Checkouts as they are now, with the order that one became.
with read as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.id'), json_text(record, '$.token'), record_id), '/([0-9]+)', 1), coalesce(json_text(record, '$.id'), json_text(record, '$.token'), record_id)) as checkout_id,
        json_text(record, '$.token') as token,
        json_text(record, '$.cart_token') as cart_token,
        coalesce(regexp_extract(coalesce(json_text(record, '$.customer.id'), json_text(record, '$.customer_id')), '/([0-9]+)', 1), coalesce(json_text(record, '$.customer.id'), json_text(record, '$.customer_id'))) as customer_id,
        nullif(trim(coalesce(json_text(record, '$.email'), json_text(record, '$.customer.email'), json_text(record, '$.customer.defaultEmailAddress.emailAddress'))), '') as email,
        nullif(trim(coalesce(json_text(record, '$.phone'), json_text(record, '$.customer.phone'))), '') as phone,
        coalesce(json_timestamp(record, '$.created_at'), json_timestamp(record, '$.createdAt')) as created_at,
        coalesce(json_timestamp(record, '$.updated_at'), json_timestamp(record, '$.updatedAt')) as updated_at,
        coalesce(json_timestamp(record, '$.completed_at'), json_timestamp(record, '$.completedAt')) as completed_at,
        coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'))) as order_id,
        coalesce(json_decimal(record, '$.total_price_set.shop_money.amount'), json_decimal(record, '$.totalPriceSet.shopMoney.amount'), json_decimal(record, '$.total_price_set_shop_amount'), json_decimal(record, '$.total_price'), json_decimal(record, '$.totalPrice')) as checkout_total,
        upper(coalesce(json_text(record, '$.currency'), json_text(record, '$.presentment_currency'), json_text(record, '$.totalPriceSet.shopMoney.currencyCode'))) as currency,
        json_text(record, '$.source_name') as source_channel,
        coalesce(_source_updated_at, _ingested_at) as observed_at,
        _connection as connection,
        _ingested_at
    from raw.checkouts
    where not coalesce(_deleted, false)
),
latest as (
    select *
    from read
    qualify checkout_id is not null
        and row_number() over (partition by shop_key, checkout_id order by coalesce(updated_at, observed_at) desc, _ingested_at desc, connection desc) = 1
),
by_token as (
    select shop_key, checkout_token, min(placed_at) as placed_at
    from normalized.orders
    where checkout_token is not null
    group by shop_key, checkout_token
),
by_id as (
    select shop_key, checkout_id, min(placed_at) as placed_at
    from normalized.orders
    where checkout_id is not null
    group by shop_key, checkout_id
)
select
    c.shop_key,
    c.checkout_id,
    concat(c.shop_key, '/', c.checkout_id) as checkout_key,
    case when c.customer_id is not null then concat(c.shop_key, '/', c.customer_id) end as customer_key,
    c.email,
    c.phone,
    coalesce(c.created_at, c.observed_at) as created_at,
    coalesce(c.updated_at, c.created_at, c.observed_at) as updated_at,
    coalesce(c.completed_at, t.placed_at, i.placed_at) as completed_at,
    c.checkout_total,
    c.currency,
    c.source_channel,
    c._ingested_at
from latest c
left join by_token t on t.shop_key = c.shop_key and t.checkout_token = c.token
left join by_id i on i.shop_key = c.shop_key and i.checkout_id = c.checkout_id
