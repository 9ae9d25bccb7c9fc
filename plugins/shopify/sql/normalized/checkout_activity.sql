-- A checkout begun; given up, once it lay still for the grace time; or brought to an end after that.
with spoken as (
    select 'checkout_started' as event_name, created_at as occurred_at, checkout_key
    from normalized.checkouts
    union all
    select 'checkout_abandoned', date_add('minute', config('checkout_grace_minutes'), updated_at), checkout_key
    from normalized.checkouts
    where completed_at is null and date_add('minute', config('checkout_grace_minutes'), updated_at) <= as_of()
    union all
    select 'checkout_recovered', completed_at, checkout_key
    from normalized.checkouts
    where completed_at is not null
)
select
    nexus_id('evt', source_name(), s.event_name, c.checkout_key) as event_id,
    s.event_name,
    s.occurred_at,
    c.checkout_key,
    c.customer_key,
    c.email,
    c.phone,
    c.checkout_total,
    c.currency,
    c.source_channel,
    c._ingested_at
from spoken s
join normalized.checkouts c on c.checkout_key = s.checkout_key
