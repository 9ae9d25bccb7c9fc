-- Every version of every customer that was landed, oldest first, in the paths of
-- the REST and GraphQL APIs and of flattening loaders.
with read as (
    select
        read_shop() as shop_key,
        read_gid(record_id) as customer_id,
        read_text(record, 'email', 'default_email_address.email_address') as email,
        read_text(record, 'phone', 'default_phone_number.phone_number') as phone,
        read_text(record, 'first_name') as first_name,
        read_text(record, 'last_name') as last_name,
        read_text(record, 'display_name') as display_name,
        upper(read_text(record, 'default_address.country_code', 'default_address.country_code_v2', 'default_address.country')) as country,
        read_text(record, 'default_address.city') as city,
        read_text(record, 'default_address.company') as company_name,
        read_text(record, 'locale') as locale,
        read_text(record, 'tags') as tags,
        read_list(record, 'tags') as tag_list,
        lower(read_text(record, 'state')) as account_state,
        lower(read_text(record, 'email_marketing_consent.state', 'email_marketing_consent.marketing_state', 'default_email_address.marketing_state', 'email_marketing_state')) as email_consent,
        read_time(record, 'email_marketing_consent.consent_updated_at', 'default_email_address.marketing_updated_at', 'email_marketing_consent.updated_at', 'email_marketing_updated_at', 'email_marketing_consent_updated_at') as email_consent_at,
        read_bool(record, 'accepts_marketing') as accepts_marketing,
        read_time(record, 'accepts_marketing_updated_at') as accepts_marketing_at,
        lower(read_text(record, 'sms_marketing_consent.state', 'sms_marketing_consent.marketing_state', 'default_phone_number.marketing_state', 'sms_marketing_state')) as sms_consent,
        read_time(record, 'sms_marketing_consent.consent_updated_at', 'default_phone_number.marketing_updated_at', 'sms_marketing_consent.updated_at', 'sms_marketing_updated_at', 'sms_marketing_consent_updated_at') as sms_consent_at,
        read_time(record, 'created_at') as created_at,
        read_time(record, 'updated_at') as updated_at,
        read_time(record, 'deleted_at') as deleted_at,
        coalesce(_deleted, false) as is_tombstone,
        coalesce(_source_updated_at, read_loaded()) as observed_at,
        read_loaded() as loaded_at,
        _connection as connection,
        record_id,
        _version,
        _ingested_at
    from raw.customers_history
    where record_id is not null and coalesce(read_type(record_id) = 'Customer', json_text(record, '$.__parentId') is null)
        and not regexp_like(record_id, '^(gid:%|[^:]*/)') -- a merge, which is known by two ids
)
select
    shop_key,
    customer_id,
    concat(shop_key, '/', customer_id) as customer_key,
    email,
    phone,
    first_name,
    last_name,
    coalesce(nullif(trim(concat(first_name, ' ', last_name)), ''), display_name) as name,
    country,
    city,
    company_name,
    locale,
    tags,
    tag_list,
    account_state,
    coalesce(email_consent, case when accepts_marketing then 'subscribed' when not accepts_marketing then 'not_subscribed' end) as email_consent,
    coalesce(email_consent_at, case when email_consent is null then accepts_marketing_at end) as email_consent_at,
    sms_consent,
    sms_consent_at,
    created_at,
    coalesce(deleted_at, updated_at, observed_at) as version_at,
    case when is_tombstone or deleted_at is not null then coalesce(deleted_at, loaded_at, updated_at, observed_at) end as deleted_at,
    is_tombstone or deleted_at is not null as is_deleted,
    created_at is not null or email is not null or phone is not null as is_full,
    row_number() over (partition by shop_key, customer_id
        -- a deletion of which nothing says when it was seen comes last
        order by coalesce(deleted_at, updated_at, observed_at, case when is_tombstone then timestamp '9999-12-31' else timestamp '0001-01-01' end),
            is_tombstone or deleted_at is not null, _ingested_at, connection, record_id, _version) as version_no,
    connection,
    _ingested_at
from read
