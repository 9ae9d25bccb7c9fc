-- Orders as they are now, or last were before they were deleted. Money is in major units, each amount with its own
-- currency: the shop's, where the record has that. Test orders and the webhook's sample are left out, and so is what
-- stands among orders and is something else: lines, refunds, metafields of a bulk operation.
with arrivals as (
    select record, record_id, _deleted, _source_updated_at, _account, _connection, _version, _ingested_at
    from raw.orders_history
    left join normalized.drafts on draft_id = record_id and draft_connection = coalesce(_connection, '')
    where record_id is not null and draft_id is null and coalesce(read_type(record_id) = 'Order', json_text(record, '$.__parentId') is null)
    union all
    -- a bulk operation over customers lists their orders among them
    select record, record_id, _deleted, _source_updated_at, _account, _connection, _version, _ingested_at
    from raw.customers_history
    where read_type(record_id) = 'Order'
),
versions as (
    select
        read_shop() as shop_key,
        read_gid(record_id) as order_id,
        record,
        json_text(record, '$.__parentId') as parent_id,
        read_time(record, 'updated_at') as updated_at,
        read_time(record, 'deleted_at') as deleted_at,
        coalesce(_deleted, false) as is_row_deleted,
        read_text(record, 'created_at', 'processed_at', 'name') is not null as is_full,
        coalesce(_source_updated_at, read_loaded()) as observed_at,
        read_loaded() as loaded_at,
        lower(read_text(record, 'financial_status', 'display_financial_status')) as financial_status,
        lower(read_text(record, 'fulfillment_status', 'display_fulfillment_status')) as given_fulfillment,
        read_time(record, 'cancelled_at', 'canceled_at') as cancelled_at,
        read_time(record, 'closed_at') as closed_at,
        _connection as connection,
        record_id,
        _version,
        _ingested_at
    from arrivals
),
told as (
    select
        *,
        is_row_deleted or deleted_at is not null as is_deleted,
        -- of several versions with the same time the one whose statuses have come further is the later one
        case financial_status when 'authorized' then 1 when 'expired' then 2 when 'partially_paid' then 2 when 'paid' then 3
            when 'partially_refunded' then 4 when 'refunded' then 5 when 'voided' then 6 else 0 end
        + case given_fulfillment when 'in_progress' then 1 when 'partial' then 1 when 'partially_fulfilled' then 1 when 'fulfilled' then 2 when 'restocked' then 3 else 0 end
        + case when cancelled_at is not null then 10 else 0 end
        + case when closed_at is not null then 1 else 0 end as progress
    from versions
),
dated as (
    select
        *,
        case when is_deleted then coalesce(deleted_at, loaded_at, updated_at, observed_at) end as gone_at,
        -- a deletion of which nothing says when it was seen comes last
        coalesce(deleted_at, updated_at, observed_at, case when is_deleted then timestamp '9999-12-31' else timestamp '0001-01-01' end) as version_at
    from told
),
ranked as (
    select
        *,
        row_number() over (partition by shop_key, order_id order by is_full desc, version_at desc, is_deleted desc, _ingested_at desc, progress desc, connection desc, record_id desc, _version desc) as place,
        first_value(is_deleted) over (partition by shop_key, order_id order by version_at desc, is_deleted desc, _ingested_at desc, progress desc, connection desc, record_id desc, _version desc) as is_gone,
        min(gone_at) over (partition by shop_key, order_id) as first_gone_at,
        min(case when financial_status in ('voided', 'expired') and not is_deleted then coalesce(updated_at, observed_at) end) over (partition by shop_key, order_id, financial_status) as ended_at
    from dated
),
latest as (
    select *
    from ranked
    where place = 1
),
read as (
    select
        shop_key,
        order_id,
        json_text(record, '$.name') as order_name,
        read_time(record, 'created_at') as created_at,
        read_time(record, 'processed_at') as processed_at,
        updated_at,
        ended_at,
        cancelled_at,
        lower(read_text(record, 'cancel_reason')) as cancel_reason,
        closed_at,
        coalesce(json_bool(record, '$.test'), false) as is_test,
        financial_status,
        given_fulfillment,
        read_currency(record) as given_currency,
        read_text(record, 'presentment_currency', 'presentment_currency_code') as given_presentment_currency,
        read_presentment_unit(record, 'total_price') as total_presentment_unit,
        read_money(record, 'total_price') as order_total,
        read_unit(record, 'total_price') as total_unit,
        read_presentment(record, 'total_price') as given_presentment,
        read_money(record, 'subtotal_price') as order_subtotal,
        read_unit(record, 'subtotal_price') as subtotal_unit,
        read_money(record, 'total_tax') as order_tax,
        read_unit(record, 'total_tax') as tax_unit,
        read_money(record, 'total_discounts') as order_discount,
        read_unit(record, 'total_discounts') as discount_unit,
        read_money(record, 'total_shipping_price') as total_shipping,
        read_unit(record, 'total_shipping_price') as shipping_unit,
        read_money(record, 'total_tip_received') as order_tip,
        read_unit(record, 'total_tip_received') as tip_unit,
        coalesce(read_id(record, 'customer.id'), case when read_type(parent_id) = 'Customer' then read_gid(parent_id) end) as customer_id,
        read_text(record, 'customer.email', 'customer.default_email_address.email_address') as customer_email,
        read_text(record, 'customer.phone', 'customer.default_phone_number.phone_number') as customer_phone,
        nullif(trim(concat(read_text(record, 'customer.first_name'), ' ', read_text(record, 'customer.last_name'))), '') as customer_name,
        read_text(record, 'email', 'contact_email') as own_email,
        read_text(record, 'phone') as own_phone,
        read_text(record, 'billing_address.name') as billing_name,
        read_text(record, 'shipping_address.country_code', 'shipping_address.country_code_v2') as shipping_country,
        read_text(record, 'shipping_address.name') as recipient_name,
        read_id(record, 'company.id', 'purchasing_entity.company.id') as company_id,
        read_text(record, 'company.name', 'purchasing_entity.company.name') as company_name,
        read_text(record, 'source_name') as source_channel,
        read_id(record, 'app.id') as app_id,
        read_text(record, 'app.name') as app_name,
        read_text(record, 'landing_site', 'customer_journey_summary.first_visit.landing_page', 'landing_site_base_url') as landing_site,
        read_text(record, 'referring_site', 'customer_journey_summary.first_visit.referrer_url') as referring_site,
        read_text(record, 'customer_journey_summary.first_visit.utm_parameters.source') as journey_utm_source,
        read_text(record, 'customer_journey_summary.first_visit.utm_parameters.medium') as journey_utm_medium,
        read_text(record, 'customer_journey_summary.first_visit.utm_parameters.campaign') as journey_utm_campaign,
        read_text(record, 'tags') as tags,
        read_list(record, 'tags') as tag_list,
        read_list(record, 'discount_codes') as codes,
        read_text(record, 'discount_code') as single_code,
        read_text(record, 'checkout_token') as checkout_token,
        read_text(record, 'cart_token') as cart_token,
        read_id(record, 'checkout.id') as checkout_id,
        read_list(record, 'line_items') as lines,
        read_list(record, 'shipping_lines') as shipping_lines,
        read_list(record, 'refunds') as refunds,
        read_list(record, 'fulfillments') as fulfillments,
        read_list(record, 'transactions') as transactions,
        is_gone as is_deleted,
        case when is_gone then first_gone_at end as deleted_at,
        observed_at,
        connection,
        _ingested_at
    from latest
),
kept as (
    select *, coalesce(given_currency, total_unit, subtotal_unit) as currency, coalesce(total_presentment_unit, given_presentment_currency) as presentment_currency
    from read
    -- filtered above a window: below it, an engine would read the documents once for each condition
    qualify row_number() over (partition by shop_key, order_id order by _ingested_at desc) = 1
        and (not is_test or config('include_test'))
        and not (order_id = '123456' and coalesce(order_name = '#9999', false))
),
tagged as (
    select l.shop_key, l.order_id, string_agg(json_text(t.tag, '$'), ', ' order by t.place) as tags
    from kept l
    cross join unnest(json_array(l.tag_list, '$')) as t(tag, place)
    group by l.shop_key, l.order_id
)
select
    l.shop_key,
    l.order_id,
    concat(l.shop_key, '/', l.order_id) as order_key,
    l.order_name,
    coalesce(l.processed_at, l.created_at) as placed_at,
    l.created_at,
    l.updated_at,
    l.observed_at,
    l.ended_at,
    l.cancelled_at,
    l.cancel_reason,
    l.closed_at,
    l.financial_status,
    l.given_fulfillment,
    case when l.given_fulfillment = 'partial' then 'partially_fulfilled' else coalesce(l.given_fulfillment, 'unfulfilled') end as fulfillment_status,
    coalesce(l.financial_status not in ('voided', 'expired', 'pending'), true) and l.cancelled_at is null and coalesce(l.processed_at, l.created_at) is not null as is_valid,
    l.currency,
    l.presentment_currency,
    l.order_total,
    coalesce(l.total_unit, l.currency) as total_currency,
    case when l.presentment_currency <> coalesce(l.total_unit, l.currency) then l.given_presentment end as order_total_presentment,
    l.order_subtotal,
    coalesce(l.subtotal_unit, l.currency) as subtotal_currency,
    l.order_tax,
    coalesce(l.tax_unit, l.currency) as tax_currency,
    l.order_discount,
    coalesce(l.discount_unit, l.currency) as discount_currency,
    l.total_shipping,
    coalesce(l.shipping_unit, l.currency) as shipping_currency,
    l.order_tip,
    coalesce(l.tip_unit, l.currency) as tip_currency,
    l.customer_id,
    case when l.customer_id is not null then concat(l.shop_key, '/', l.customer_id) end as customer_key,
    l.customer_email,
    l.customer_phone,
    l.customer_name,
    -- a customer without an id is known by what their object says
    case when l.customer_id is null then coalesce(l.customer_email, l.own_email) else l.own_email end as order_email,
    case when l.customer_id is not null then l.own_phone
        when l.customer_email is null or lower(l.customer_email) = lower(l.own_email) then coalesce(l.customer_phone, l.own_phone)
        else l.customer_phone end as order_phone,
    l.billing_name,
    l.recipient_name,
    l.shipping_country,
    case when l.company_id is not null then concat(l.shop_key, '/', l.company_id) end as company_key,
    l.company_name,
    coalesce(l.app_name, l.app_id) as app,
    l.source_channel,
    l.landing_site,
    l.referring_site,
    normalize_domain(l.referring_site) as referrer,
    coalesce(l.journey_utm_source, regexp_extract(l.landing_site, 'utm_source=([^&#]+)', 1)) as utm_source,
    coalesce(l.journey_utm_medium, regexp_extract(l.landing_site, 'utm_medium=([^&#]+)', 1)) as utm_medium,
    coalesce(l.journey_utm_campaign, regexp_extract(l.landing_site, 'utm_campaign=([^&#]+)', 1)) as utm_campaign,
    coalesce(g.tags, l.tags) as tags,
    coalesce(nullif(trim(coalesce(json_text(l.codes, '$[0].code'), json_text(l.codes, '$[0].node.code'), json_text(l.codes, '$[0]'))), ''), l.single_code, c.code) as discount_code,
    l.checkout_token,
    l.cart_token,
    l.checkout_id,
    l.lines,
    l.shipping_lines,
    l.refunds,
    l.fulfillments,
    l.transactions,
    l.is_deleted,
    l.deleted_at,
    l._ingested_at
from kept l
left join tagged g on g.shop_key = l.shop_key and g.order_id = l.order_id
left join normalized.order_codes c on c.shop_key = l.shop_key and c.order_id = l.order_id
