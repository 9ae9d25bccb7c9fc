-- Every version of every customer that was landed, oldest first, in the paths of
-- the REST and GraphQL APIs and of flattening loaders.
with read as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(record_id, '/([0-9]+)', 1), record_id) as customer_id,
        nullif(trim(coalesce(json_text(record, '$.email'), json_text(record, '$.defaultEmailAddress.emailAddress'))), '') as email,
        nullif(trim(coalesce(json_text(record, '$.phone'), json_text(record, '$.defaultPhoneNumber.phoneNumber'))), '') as phone,
        nullif(trim(coalesce(json_text(record, '$.first_name'), json_text(record, '$.firstName'))), '') as first_name,
        nullif(trim(coalesce(json_text(record, '$.last_name'), json_text(record, '$.lastName'))), '') as last_name,
        nullif(trim(json_text(record, '$.displayName')), '') as display_name,
        upper(nullif(trim(coalesce(json_text(record, '$.default_address.country_code'), json_text(record, '$.defaultAddress.countryCodeV2'), json_text(record, '$.defaultAddress.countryCode'), json_text(record, '$.default_address.country'))), '')) as country,
        nullif(trim(coalesce(json_text(record, '$.default_address.city'), json_text(record, '$.defaultAddress.city'))), '') as city,
        nullif(trim(coalesce(json_text(record, '$.default_address.company'), json_text(record, '$.defaultAddress.company'))), '') as company_name,
        nullif(trim(json_text(record, '$.locale')), '') as locale,
        nullif(trim(json_text(record, '$.tags')), '') as tags,
        json_extract(record, '$.tags') as tag_list,
        lower(json_text(record, '$.state')) as account_state,
        lower(coalesce(json_text(record, '$.email_marketing_consent.state'), json_text(record, '$.emailMarketingConsent.marketingState'), json_text(record, '$.defaultEmailAddress.marketingState'), json_text(record, '$.email_marketing_consent_state'), json_text(record, '$.emailMarketingState'))) as email_consent,
        coalesce(json_timestamp(record, '$.email_marketing_consent.consent_updated_at'), json_timestamp(record, '$.emailMarketingConsent.consentUpdatedAt'), json_timestamp(record, '$.defaultEmailAddress.marketingUpdatedAt'), json_timestamp(record, '$.email_marketing_consent_consent_updated_at')) as email_consent_at,
        json_bool(record, '$.accepts_marketing') as accepts_marketing,
        json_timestamp(record, '$.accepts_marketing_updated_at') as accepts_marketing_at,
        lower(coalesce(json_text(record, '$.sms_marketing_consent.state'), json_text(record, '$.smsMarketingConsent.marketingState'), json_text(record, '$.defaultPhoneNumber.marketingState'), json_text(record, '$.sms_marketing_consent_state'))) as sms_consent,
        coalesce(json_timestamp(record, '$.sms_marketing_consent.consent_updated_at'), json_timestamp(record, '$.smsMarketingConsent.consentUpdatedAt'), json_timestamp(record, '$.defaultPhoneNumber.marketingUpdatedAt'), json_timestamp(record, '$.sms_marketing_consent_consent_updated_at')) as sms_consent_at,
        coalesce(json_timestamp(record, '$.created_at'), json_timestamp(record, '$.createdAt')) as created_at,
        coalesce(json_timestamp(record, '$.updated_at'), json_timestamp(record, '$.updatedAt')) as updated_at,
        coalesce(json_timestamp(record, '$.deleted_at'), json_timestamp(record, '$.deletedAt')) as deleted_at,
        coalesce(_deleted, false) as is_tombstone,
        coalesce(_source_updated_at, _ingested_at) as observed_at,
        _connection as connection,
        _ingested_at
    from raw.customers_history
    where record_id is not null
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
    deleted_at,
    is_tombstone or deleted_at is not null as is_deleted,
    created_at is not null or email is not null or phone is not null as is_full,
    row_number() over (partition by shop_key, customer_id
        order by coalesce(deleted_at, updated_at, observed_at), is_tombstone or deleted_at is not null, _ingested_at, connection) as version_no,
    connection,
    _ingested_at
from read
