-- Checkouts as they are now, or last were before they were deleted, with the order that one became.
with versions as (
    select
        read_shop() as shop_key,
        read_key() as checkout_id,
        record,
        read_time(record, 'created_at') as created_at,
        read_time(record, 'updated_at') as updated_at,
        read_time(record, 'deleted_at') as deleted_at,
        coalesce(_deleted, false) or read_time(record, 'deleted_at') is not null as is_deleted,
        read_loaded() as loaded_at,
        coalesce(_source_updated_at, read_loaded()) as observed_at,
        case when _version > 1 or not _is_latest then read_time(record, 'completed_at') end as completed_at,
        _connection as connection,
        record_id,
        _version,
        _ingested_at
    from raw.checkouts_history
    where coalesce(read_key_type() in ('AbandonedCheckout', 'Checkout'), json_text(record, '$.__parentId') is null)
),
dated as (
    select
        *,
        case when is_deleted then coalesce(deleted_at, loaded_at, updated_at, observed_at) end as gone_at,
        coalesce(deleted_at, updated_at, created_at, observed_at, case when is_deleted then timestamp '9999-12-31' else timestamp '0001-01-01' end) as version_at
    from versions
    where checkout_id is not null
),
ranked as (
    select
        *,
        row_number() over (partition by shop_key, checkout_id order by created_at is not null desc, version_at desc, is_deleted desc, _ingested_at desc, completed_at is not null desc, connection desc, record_id desc, _version desc) as place,
        first_value(is_deleted) over (partition by shop_key, checkout_id order by version_at desc, is_deleted desc, _ingested_at desc, completed_at is not null desc, connection desc, record_id desc, _version desc) as is_gone,
        min(gone_at) over (partition by shop_key, checkout_id) as first_gone_at
    from dated
),
read as (
    select
        shop_key,
        checkout_id,
        json_text(record, '$.token') as token,
        json_text(record, '$.cart_token') as cart_token,
        read_id(record, 'customer.id') as customer_id,
        read_text(record, 'customer.email', 'customer.default_email_address.email_address') as customer_email,
        read_text(record, 'customer.phone', 'customer.default_phone_number.phone_number') as customer_phone,
        read_text(record, 'email') as own_email,
        read_text(record, 'phone') as own_phone,
        created_at,
        updated_at,
        read_time(record, 'completed_at') as completed_at,
        read_id(record, 'order.id') as order_id,
        read_money(record, 'total_price') as checkout_total,
        read_unit(record, 'total_price') as total_unit,
        coalesce(read_currency(record), upper(read_text(record, 'presentment_currency', 'presentment_currency_code'))) as currency,
        read_text(record, 'source_name') as source_channel,
        is_gone as is_deleted,
        case when is_gone then first_gone_at end as deleted_at,
        _ingested_at
    from ranked
    where place = 1
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
    c.customer_email,
    c.customer_phone,
    case when c.customer_id is null then coalesce(c.customer_email, c.own_email) else c.own_email end as email,
    case when c.customer_id is not null then c.own_phone
        when c.customer_email is null or normalize_email(c.customer_email) = normalize_email(c.own_email) then coalesce(c.customer_phone, c.own_phone)
        else c.customer_phone end as phone,
    c.created_at,
    coalesce(c.updated_at, c.created_at) as updated_at,
    coalesce(c.completed_at, t.placed_at, i.placed_at) as completed_at,
    c.checkout_total,
    coalesce(c.total_unit, c.currency) as currency,
    c.source_channel,
    c.is_deleted,
    c.deleted_at,
    c._ingested_at
from read c
left join by_token t on t.shop_key = c.shop_key and t.checkout_token = c.token
left join by_id i on i.shop_key = c.shop_key and i.checkout_id = c.checkout_id
