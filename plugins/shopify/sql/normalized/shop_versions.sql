-- Every version of one's own store or stores, and of those that installed one's app.
with read as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.id'), record_id), '/([0-9]+)', 1), coalesce(json_text(record, '$.id'), record_id)) as shop_id,
        nullif(trim(json_text(record, '$.name')), '') as shop_name,
        nullif(trim(json_text(record, '$.email')), '') as email,
        nullif(trim(coalesce(json_text(record, '$.contactEmail'), json_text(record, '$.contact_email'), json_text(record, '$.customer_email'))), '') as contact_email,
        nullif(trim(coalesce(json_text(record, '$.shop_owner'), json_text(record, '$.shopOwnerName'))), '') as owner_name,
        lower(nullif(trim(coalesce(json_text(record, '$.myshopify_domain'), json_text(record, '$.myshopifyDomain'))), '')) as myshopify_domain,
        lower(nullif(trim(coalesce(json_text(record, '$.primaryDomain.host'), json_text(record, '$.domain'))), '')) as domain,
        coalesce(json_text(record, '$.plan_display_name'), json_text(record, '$.plan.displayName'), json_text(record, '$.plan_name')) as plan_name,
        coalesce(json_bool(record, '$.plan.partnerDevelopment'), json_text(record, '$.plan_name') in ('partner_test', 'affiliate', 'staff', 'staff_business'), false) as is_dev_store,
        upper(coalesce(json_text(record, '$.currency'), json_text(record, '$.currencyCode'))) as currency,
        coalesce(json_text(record, '$.iana_timezone'), json_text(record, '$.ianaTimezone')) as timezone,
        upper(coalesce(json_text(record, '$.country_code'), json_text(record, '$.billingAddress.countryCodeV2'), json_text(record, '$.country'))) as country,
        nullif(trim(coalesce(json_text(record, '$.phone'), json_text(record, '$.billingAddress.phone'))), '') as phone,
        coalesce(json_timestamp(record, '$.created_at'), json_timestamp(record, '$.createdAt')) as created_at,
        coalesce(coalesce(json_timestamp(record, '$.updated_at'), json_timestamp(record, '$.updatedAt')), _source_updated_at, _ingested_at) as updated_at,
        _connection as connection,
        _ingested_at
    from raw.shops_history
    where not coalesce(_deleted, false)
)
select
    *,
    case when domain is not null and not ends_with(domain, '.myshopify.com') then domain end as custom_domain,
    row_number() over (partition by shop_key, shop_id order by updated_at, _ingested_at, connection) as version_no
from read
where shop_id is not null
