-- Every version of one's own store or stores, and of those that installed one's app.
with read as (
    select
        read_shop() as shop_key,
        read_key() as shop_id,
        read_text(record, 'name') as shop_name,
        read_text(record, 'email') as email,
        read_text(record, 'contact_email', 'customer_email') as contact_email,
        read_text(record, 'shop_owner', 'shop_owner_name') as owner_name,
        lower(read_text(record, 'myshopify_domain')) as myshopify_domain,
        lower(read_text(record, 'primary_domain.host', 'domain')) as domain,
        read_text(record, 'plan_display_name', 'plan.display_name', 'plan_name') as plan_name,
        coalesce(read_bool(record, 'plan.partner_development'), json_text(record, '$.plan_name') in ('partner_test', 'affiliate', 'staff', 'staff_business'), false) as is_dev_store,
        read_currency(record) as currency,
        read_text(record, 'iana_timezone') as timezone,
        upper(read_text(record, 'country_code', 'billing_address.country_code_v2', 'country')) as country,
        read_text(record, 'phone', 'billing_address.phone') as phone,
        read_time(record, 'created_at') as created_at,
        read_time(record, 'updated_at') as changed_at,
        coalesce(read_time(record, 'updated_at'), _source_updated_at, read_loaded()) as updated_at,
        _connection as connection,
        record_id,
        _version,
        _ingested_at
    from raw.shops_history
    where not coalesce(_deleted, false) and coalesce(read_type(record_id) in ('Shop', 'ShopifyShop'), json_text(record, '$.__parentId') is null)
)
select
    *,
    case when domain is not null and not ends_with(domain, '.myshopify.com') then domain end as custom_domain,
    row_number() over (partition by shop_key, shop_id order by updated_at, _ingested_at, connection, record_id, _version) as version_no
from read
where shop_id is not null
