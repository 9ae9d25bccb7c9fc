-- Orders as they are now. Money is the shop's, in major units; presentment
-- money is what the buyer saw. Test orders and the webhook sample are left out.
with read as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(record_id, '/([0-9]+)', 1), record_id) as order_id,
        json_text(record, '$.name') as order_name,
        coalesce(json_timestamp(record, '$.created_at'), json_timestamp(record, '$.createdAt')) as created_at,
        coalesce(json_timestamp(record, '$.processed_at'), json_timestamp(record, '$.processedAt')) as processed_at,
        coalesce(json_timestamp(record, '$.updated_at'), json_timestamp(record, '$.updatedAt')) as updated_at,
        coalesce(json_timestamp(record, '$.cancelled_at'), json_timestamp(record, '$.cancelledAt'), json_timestamp(record, '$.canceledAt')) as cancelled_at,
        lower(coalesce(json_text(record, '$.cancel_reason'), json_text(record, '$.cancelReason'))) as cancel_reason,
        coalesce(json_timestamp(record, '$.closed_at'), json_timestamp(record, '$.closedAt')) as closed_at,
        coalesce(json_bool(record, '$.test'), false) as is_test,
        lower(coalesce(json_text(record, '$.financial_status'), json_text(record, '$.displayFinancialStatus'), json_text(record, '$.display_financial_status'))) as financial_status,
        lower(coalesce(json_text(record, '$.fulfillment_status'), json_text(record, '$.displayFulfillmentStatus'), json_text(record, '$.display_fulfillment_status'))) as fulfillment_status,
        upper(coalesce(json_text(record, '$.currency'), json_text(record, '$.currencyCode'), json_text(record, '$.totalPriceSet.shopMoney.currencyCode'), json_text(record, '$.total_price_set.shop_money.currency_code'))) as currency,
        upper(coalesce(json_text(record, '$.presentment_currency'), json_text(record, '$.presentmentCurrencyCode'), json_text(record, '$.totalPriceSet.presentmentMoney.currencyCode'), json_text(record, '$.total_price_set.presentment_money.currency_code'))) as presentment_currency,
        coalesce(json_decimal(record, '$.total_price_set.shop_money.amount'), json_decimal(record, '$.totalPriceSet.shopMoney.amount'), json_decimal(record, '$.total_price_set_shop_amount'), json_decimal(record, '$.total_price'), json_decimal(record, '$.totalPrice')) as order_total,
        coalesce(json_decimal(record, '$.total_price_set.presentment_money.amount'), json_decimal(record, '$.totalPriceSet.presentmentMoney.amount'), json_decimal(record, '$.total_price_set_pres_amount')) as order_total_presentment,
        coalesce(json_decimal(record, '$.subtotal_price_set.shop_money.amount'), json_decimal(record, '$.subtotalPriceSet.shopMoney.amount'), json_decimal(record, '$.subtotal_price_set_shop_amount'), json_decimal(record, '$.subtotal_price'), json_decimal(record, '$.subtotalPrice')) as order_subtotal,
        coalesce(json_decimal(record, '$.total_tax_set.shop_money.amount'), json_decimal(record, '$.totalTaxSet.shopMoney.amount'), json_decimal(record, '$.total_tax_set_shop_amount'), json_decimal(record, '$.total_tax'), json_decimal(record, '$.totalTax')) as order_tax,
        coalesce(json_decimal(record, '$.total_discounts_set.shop_money.amount'), json_decimal(record, '$.totalDiscountsSet.shopMoney.amount'), json_decimal(record, '$.total_discounts_set_shop_amount'), json_decimal(record, '$.total_discounts'), json_decimal(record, '$.totalDiscounts')) as order_discount,
        coalesce(json_decimal(record, '$.total_shipping_price_set.shop_money.amount'), json_decimal(record, '$.totalShippingPriceSet.shopMoney.amount'), json_decimal(record, '$.total_shipping_price_set_shop_amount'), json_decimal(record, '$.total_shipping_price'), json_decimal(record, '$.totalShippingPrice')) as total_shipping,
        coalesce(json_decimal(record, '$.total_tip_received'), json_decimal(record, '$.totalTipReceivedSet.shopMoney.amount'), json_decimal(record, '$.totalTipReceived.amount')) as order_tip,
        coalesce(regexp_extract(coalesce(json_text(record, '$.customer.id'), json_text(record, '$.customer_id'), json_text(record, '$.customerId')), '/([0-9]+)', 1), coalesce(json_text(record, '$.customer.id'), json_text(record, '$.customer_id'), json_text(record, '$.customerId'))) as customer_id,
        nullif(trim(coalesce(json_text(record, '$.customer.email'), json_text(record, '$.customer.defaultEmailAddress.emailAddress'))), '') as customer_email,
        nullif(trim(coalesce(json_text(record, '$.customer.phone'), json_text(record, '$.customer.defaultPhoneNumber.phoneNumber'))), '') as customer_phone,
        nullif(trim(coalesce(json_text(record, '$.customer.first_name'), json_text(record, '$.customer.firstName'))), '') as customer_first_name,
        nullif(trim(coalesce(json_text(record, '$.customer.last_name'), json_text(record, '$.customer.lastName'))), '') as customer_last_name,
        coalesce(nullif(trim(json_text(record, '$.email')), ''), nullif(trim(coalesce(json_text(record, '$.contact_email'), json_text(record, '$.contactEmail'))), '')) as order_email,
        nullif(trim(json_text(record, '$.phone')), '') as order_phone,
        nullif(trim(coalesce(json_text(record, '$.billing_address.name'), json_text(record, '$.billingAddress.name'), json_text(record, '$.billing_address_name'))), '') as billing_name,
        upper(nullif(trim(coalesce(json_text(record, '$.shipping_address.country_code'), json_text(record, '$.shippingAddress.countryCodeV2'), json_text(record, '$.shippingAddress.countryCode'), json_text(record, '$.shipping_address_country_code'))), '')) as shipping_country,
        nullif(trim(coalesce(json_text(record, '$.shipping_address.name'), json_text(record, '$.shippingAddress.name'), json_text(record, '$.shipping_address_name'))), '') as recipient_name,
        coalesce(regexp_extract(coalesce(json_text(record, '$.company.id'), json_text(record, '$.purchasingEntity.company.id')), '/([0-9]+)', 1), coalesce(json_text(record, '$.company.id'), json_text(record, '$.purchasingEntity.company.id'))) as company_id,
        nullif(trim(coalesce(json_text(record, '$.company.name'), json_text(record, '$.purchasingEntity.company.name'))), '') as company_name,
        coalesce(json_text(record, '$.source_name'), json_text(record, '$.sourceName')) as source_channel,
        coalesce(regexp_extract(coalesce(json_text(record, '$.app_id'), json_text(record, '$.app.id')), '/([0-9]+)', 1), coalesce(json_text(record, '$.app_id'), json_text(record, '$.app.id'))) as app_id,
        nullif(trim(json_text(record, '$.app.name')), '') as app_name,
        nullif(trim(coalesce(json_text(record, '$.landing_site'), json_text(record, '$.customerJourneySummary.firstVisit.landingPage'), json_text(record, '$.landing_site_base_url'))), '') as landing_site,
        nullif(trim(coalesce(json_text(record, '$.referring_site'), json_text(record, '$.customerJourneySummary.firstVisit.referrerUrl'))), '') as referring_site,
        json_text(record, '$.customerJourneySummary.firstVisit.utmParameters.source') as journey_utm_source,
        json_text(record, '$.customerJourneySummary.firstVisit.utmParameters.medium') as journey_utm_medium,
        json_text(record, '$.customerJourneySummary.firstVisit.utmParameters.campaign') as journey_utm_campaign,
        nullif(trim(json_text(record, '$.tags')), '') as tags,
        nullif(trim(coalesce(json_text(record, '$.discount_codes[0].code'), json_text(record, '$.discountCodes[0]'), json_text(record, '$.discountCode'))), '') as discount_code,
        coalesce(json_text(record, '$.checkout_token'), json_text(record, '$.checkoutToken')) as checkout_token,
        coalesce(json_text(record, '$.cart_token'), json_text(record, '$.cartToken')) as cart_token,
        coalesce(regexp_extract(json_text(record, '$.checkout_id'), '/([0-9]+)', 1), json_text(record, '$.checkout_id')) as checkout_id,
        coalesce(json_extract(record, '$.line_items'), json_extract(record, '$.lineItems.nodes'), json_extract(record, '$.lineItems.edges'), json_extract(record, '$.lineItems')) as lines,
        json_extract(record, '$.shipping_lines') as shipping_lines,
        coalesce(json_extract(record, '$.refunds.nodes'), json_extract(record, '$.refunds')) as refunds,
        coalesce(json_extract(record, '$.fulfillments.nodes'), json_extract(record, '$.fulfillments')) as fulfillments,
        coalesce(json_extract(record, '$.transactions.nodes'), json_extract(record, '$.transactions')) as transactions,
        coalesce(_source_updated_at, _ingested_at) as observed_at,
        _connection as connection,
        _ingested_at
    from raw.orders
    where record_id is not null and not coalesce(_deleted, false)
),
latest as (
    select *
    from read
    -- filtered above the window: below it, an engine would read the documents once for each condition
    qualify row_number() over (partition by shop_key, order_id order by coalesce(updated_at, observed_at) desc, _ingested_at desc, connection desc) = 1
        and (not is_test or config('include_test'))
        and not (order_id = '123456' and coalesce(order_name = '#9999', false))
),
shipping as (
    select l.shop_key, l.order_id, sum(json_decimal(t.line, '$.price')) as order_shipping
    from latest l
    cross join unnest(json_array(l.shipping_lines, '$')) as t(line)
    group by l.shop_key, l.order_id
),
codes as (
    -- flattening loaders keep codes in a table of their own
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.orderId')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.orderId'))) as order_id,
        arg_min(json_text(record, '$.code'), coalesce(json_bigint(record, '$.index'), 0)) as code
    from raw.discount_codes
    group by lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())), coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.orderId')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.orderId')))
)
select
    l.shop_key,
    l.order_id,
    concat(l.shop_key, '/', l.order_id) as order_key,
    l.order_name,
    coalesce(l.processed_at, l.created_at, l.observed_at) as placed_at,
    l.created_at,
    l.updated_at,
    l.observed_at,
    l.cancelled_at,
    l.cancel_reason,
    l.closed_at,
    l.financial_status,
    coalesce(l.fulfillment_status, 'unfulfilled') as fulfillment_status,
    coalesce(l.financial_status not in ('voided', 'expired', 'pending'), true) and l.cancelled_at is null as is_valid,
    l.currency,
    l.presentment_currency,
    l.order_total,
    case when l.presentment_currency <> l.currency then l.order_total_presentment end as order_total_presentment,
    l.order_subtotal,
    l.order_tax,
    l.order_discount,
    coalesce(l.total_shipping, s.order_shipping) as order_shipping,
    l.order_tip,
    l.customer_id,
    case when l.customer_id is not null then concat(l.shop_key, '/', l.customer_id) end as customer_key,
    l.customer_email,
    l.customer_phone,
    nullif(trim(concat(l.customer_first_name, ' ', l.customer_last_name)), '') as customer_name,
    l.order_email,
    l.order_phone,
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
    l.tags,
    coalesce(l.discount_code, c.code) as discount_code,
    l.checkout_token,
    l.cart_token,
    l.checkout_id,
    l.lines,
    l.refunds,
    l.fulfillments,
    l.transactions,
    l._ingested_at
from latest l
left join shipping s on s.shop_key = l.shop_key and s.order_id = l.order_id
left join codes c on c.shop_key = l.shop_key and c.order_id = l.order_id
