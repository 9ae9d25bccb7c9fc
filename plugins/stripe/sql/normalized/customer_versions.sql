-- Every version of every customer that was landed, oldest first.
with versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        coalesce(_deleted, false) as is_deleted, false as is_event, cast(null as text) as stream_id,
        concat('customers/', _connection, '/', record_id, '/', cast(_version as text)) as version_key, true as is_live, _connection as connection, _ingested_at
    from raw.customers_history
    union all
    select obj, object_id, observed_at, is_deleted, is_event, stream_id, version_key, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'customer'
),
fields as (
    select
        id as customer_id,
        coalesce(json_text(obj, '$.object'), 'customer') as object_type,
        nullif(trim(json_text(obj, '$.email')), '') as email,
        nullif(trim(json_text(obj, '$.name')), '') as name,
        nullif(trim(json_text(obj, '$.individual_name')), '') as individual_name,
        nullif(trim(json_text(obj, '$.business_name')), '') as business_name,
        nullif(trim(json_text(obj, '$.phone')), '') as phone,
        nullif(trim(json_text(obj, '$.description')), '') as description,
        nullif(coalesce(json_text(obj, '$.address.country'), json_text(obj, '$.address_country'),
            json_text(obj, '$.shipping.address.country'), json_text(obj, '$.shipping_address_country')), '') as country,
        nullif(coalesce(json_text(obj, '$.address.city'), json_text(obj, '$.address_city')), '') as city,
        nullif(json_text(obj, '$.preferred_locales[0]'), '') as locale,
        lower(nullif(json_text(obj, '$.currency'), '')) as currency,
        nullif(json_text(obj, '$.tax_exempt'), '') as tax_exempt,
        json_bool(obj, '$.delinquent') as delinquent,
        coalesce(json_decimal(obj, '$.balance'), json_decimal(obj, '$.account_balance')) as balance_minor,
        json_timestamp(obj, '$.created') as created_at,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        is_deleted or coalesce(json_bool(obj, '$.deleted'), json_bool(obj, '$.is_deleted'), false) as is_deleted,
        coalesce(json_extract(obj, '$.metadata'), cast(null as json)) as metadata,
        json_text(obj, '$.metadata') as metadata_text,
        coalesce(json_timestamp(obj, '$.updated'), observed_at) as observed_at,
        case when json_type(obj, '$.discount') = 'object' then json_extract(obj, '$.discount')
            when nullif(json_text(obj, '$.discount'), '') is not null then coalesce(cast(json_text(obj, '$.discount') as json), json_extract(obj, '$.discount'))
            when nullif(json_text(obj, '$.discount_coupon_id'), '') is not null then obj end as discount,
        is_event,
        stream_id,
        version_key,
        connection,
        _ingested_at
    from versions
    where id is not null
),
kept as (
    select f.*, o.place
    from fields f
    left join normalized.object_order o on o.version_key = f.version_key
    -- filtered above the window: below it, an engine would read the documents once for each condition
    qualify count(*) over (partition by f.customer_id) > 0
        and object_type = 'customer'
        and (is_live or config('include_test'))
)
select
    customer_id,
    email,
    name,
    individual_name,
    business_name,
    phone,
    description,
    country,
    city,
    locale,
    currency,
    tax_exempt,
    delinquent,
    balance_minor,
    created_at,
    is_deleted,
    -- a stub says nothing but that it is gone
    coalesce(created_at is not null or email is not null or name is not null or phone is not null or description is not null, false) as is_full,
    coalesce(cast(metadata_text as json), metadata) as metadata,
    discount,
    is_event,
    -- where no time is known at all, the record's own is
    observed_at is not null as is_dated,
    greatest(observed_at, created_at) as observed_at,
    nexus_id('fp', email, name, individual_name, business_name, phone, description, country, city, locale, currency, tax_exempt, delinquent) as fingerprint,
    row_number() over (partition by customer_id
        order by case when is_deleted and observed_at is null then 1 else 0 end, coalesce(observed_at, timestamp '1970-01-01T00:00:00Z'), is_deleted,
            coalesce(place, 0), stream_id, _ingested_at, connection, version_key) as version_no,
    connection,
    _ingested_at
from kept
