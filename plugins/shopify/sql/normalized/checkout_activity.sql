-- A checkout begun; given up, once it lay still for the grace time; brought to an end after that; or deleted.
with given_up as (
    select checkout_key, date_add('minute', config('checkout_grace_minutes'), updated_at) as abandoned_at, deleted_at
    from normalized.checkouts
    where completed_at is null and updated_at is not null
),
spoken as (
    select 'checkout_started' as event_name, created_at as occurred_at, checkout_key
    from normalized.checkouts
    where created_at is not null
    union all
    select 'checkout_abandoned', abandoned_at, checkout_key
    from given_up
    where abandoned_at <= as_of() and coalesce(abandoned_at <= deleted_at, true)
    union all
    select 'checkout_recovered', completed_at, checkout_key
    from normalized.checkouts
    where completed_at is not null
    union all
    select 'checkout_deleted', deleted_at, checkout_key
    from normalized.checkouts
    where is_deleted and deleted_at is not null
)
select
    nexus_id('evt', s.event_name, c.checkout_key) as event_id,
    s.event_name,
    s.occurred_at,
    c.checkout_key,
    c.customer_key,
    c.customer_email,
    c.customer_phone,
    c.email,
    c.phone,
    c.checkout_total,
    c.currency,
    c.source_channel,
    c._ingested_at
from spoken s
join normalized.checkouts c on c.checkout_key = s.checkout_key
