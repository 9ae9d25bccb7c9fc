-- What happened to customer records: made, merged into another, deleted, and every change of consent to marketing. The end of a
-- record that was merged is no deletion of its customer.
with first_versions as (
    select customer_key, email_consent, sms_consent
    from normalized.customer_versions
    where is_full
    qualify row_number() over (partition by customer_key order by version_no) = 1
),
consents as (
    select customer_key, 'email' as channel, email_consent as consent, email_consent_at as changed_at, min(version_no) as version_no, min(_ingested_at) as _ingested_at
    from normalized.customer_versions
    where email_consent is not null and email_consent_at is not null
    group by customer_key, email_consent, email_consent_at
    union all
    select customer_key, 'sms', sms_consent, sms_consent_at, min(version_no), min(_ingested_at)
    from normalized.customer_versions
    where sms_consent is not null and sms_consent_at is not null
    group by customer_key, sms_consent, sms_consent_at
),
changes as (
    select
        *,
        case consent when 'subscribed' then 'marketing_subscribed' when 'unsubscribed' then 'marketing_unsubscribed' else 'marketing_consent_changed' end as event_name
    from consents
    qualify consent is distinct from lag(consent) over (partition by customer_key, channel order by changed_at, version_no)
),
spoken as (
    select 'customer_created' as event_name, c.created_at as occurred_at, cast(null as text) as channel, cast(null as text) as consent, 1 as occurrence,
        -- what a new customer said before any dated change of mind
        case when f.email_consent in ('not_subscribed', 'invalid', 'redacted') then f.email_consent end as email_state,
        case when f.sms_consent in ('not_subscribed', 'invalid', 'redacted') then f.sms_consent end as sms_state,
        c.customer_key, cast(null as text) as merged_key, c._ingested_at
    from normalized.customers c
    left join first_versions f on f.customer_key = c.customer_key
    where c.created_at is not null
    union all
    select event_name, changed_at, channel, consent, row_number() over (partition by customer_key, channel, event_name order by changed_at, version_no),
        case when channel = 'email' then consent end, case when channel = 'sms' then consent end, customer_key, cast(null as text), _ingested_at
    from changes
    union all
    select 'customer_deleted', c.deleted_at, cast(null as text), cast(null as text), 1, cast(null as text), cast(null as text), c.customer_key, cast(null as text), c._ingested_at
    from normalized.customers c
    left join normalized.customer_merges m on m.merged_key = c.customer_key
    where c.is_deleted and c.deleted_at is not null and m.merged_key is null
    union all
    select 'customer_merged', merged_at, cast(null as text), cast(null as text), 1, cast(null as text), cast(null as text), customer_key, merged_key, _ingested_at
    from normalized.customer_merges
    where merged_at is not null
)
select
    case when s.merged_key is not null then nexus_id('evt', s.event_name, s.customer_key, s.merged_key)
        else nexus_id('evt', s.event_name, s.customer_key, s.channel, s.occurrence) end as event_id,
    s.event_name,
    s.occurred_at,
    s.channel,
    s.consent,
    s.email_state,
    s.sms_state,
    coalesce(c.shop_key, m.shop_key) as shop_key,
    s.customer_key,
    s.merged_key,
    c.email,
    c.phone,
    c.first_name,
    c.last_name,
    c.name,
    c.country,
    c.city,
    c.locale,
    c.tags,
    c.account_state,
    c.email_consent,
    c.sms_consent,
    s._ingested_at
from spoken s
left join normalized.customers c on c.customer_key = s.customer_key
left join normalized.customer_merges m on m.merged_key = s.merged_key
