-- What happened to customer records: made, changed, found delinquent, deleted, with what they then said.
with versions as (
    select
        *,
        row_number() over (partition by customer_id order by version_no) as place,
        lag(fingerprint) over (partition by customer_id order by version_no) as previous_fingerprint,
        lag(email) over (partition by customer_id order by version_no) as previous_email
    from normalized.customer_versions
    where is_full
),
named as (
    -- whose first day nobody gives, is first known as changed
    select v.*, c.created_at as came_at, case when v.place = 1 and c.created_at is not null then 'customer_created' else 'customer_updated' end as event_name
    from versions v
    join normalized.customers c on c.customer_id = v.customer_id
    where v.place = 1 or (v.fingerprint <> v.previous_fingerprint and not v.is_deleted)
),
changes as (
    select *, row_number() over (partition by customer_id, event_name order by version_no) as occurrence
    from named
    where came_at is not null or observed_at is not null
),
dated as (
    select *, case when event_name = 'customer_created' then came_at else observed_at end as occurred_at
    from changes
),
spoken as (
    select v.event_name, v.occurred_at, v.occurrence,
        -- of several changes at one instant the last says what holds from then on
        coalesce(lead(v.occurred_at) over (partition by v.customer_id order by v.version_no) = v.occurred_at, false) as is_superseded,
        v.customer_id, v.email, v.previous_email, v.name, v.individual_name, v.business_name, v.phone, v.description, v.country, v.city, v.locale,
        v.currency, v.tax_exempt, v.delinquent,
        case when v.delinquent and v.event_name = 'customer_updated' then 'delinquent' when v.delinquent is not null then 'current' end as payment_standing,
        v.metadata, v._ingested_at
    from dated v
    union all
    -- first seen delinquent: since when, nobody says
    select 'customer_delinquent', observed_at, 1, false,
        customer_id, email, email as previous_email, name, individual_name, business_name, phone, description, country, city, locale,
        currency, tax_exempt, delinquent, 'delinquent', metadata, _ingested_at
    from changes
    where place = 1 and delinquent
    union all
    -- a deletion is all that is known of some
    select 'customer_deleted', deleted_at, 1, false,
        customer_id, email, email as previous_email, name, individual_name, business_name, phone, description, country, city, locale,
        currency, tax_exempt, delinquent, cast(null as text), metadata, _ingested_at
    from normalized.customers
    where is_deleted and deleted_at is not null
)
select
    nexus_id('evt', s.event_name, s.customer_id, s.occurrence) as event_id,
    s.*,
    email_domain(s.email) as domain,
    d.domain is not null or e.email is not null as is_shared_domain,
    coalesce(s.business_name, s.name, s.description) as company_name,
    coalesce(s.individual_name, s.name) as person_name
from spoken s
left join normalized.shared_domains d on d.domain = email_domain(s.email)
left join normalized.shared_emails e on e.email = normalize_email(s.email)
