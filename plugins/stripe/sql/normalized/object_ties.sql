-- Versions of one object at one instant: Stripe counts whole seconds, and much
-- happens in the first one. Which came first is for object_order to find out. before_at and after_at
-- are the instants of the versions around.
with arrivals as (
    select object_type, object_id, coalesce(observed_at, timestamp '1970-01-01T00:00:00Z') as at
    from normalized.streamed_objects
    union all
    select 'customer', record_id, coalesce(_source_updated_at, _ingested_at) from raw.customers_history
    union all
    select 'subscription', record_id, coalesce(_source_updated_at, _ingested_at) from raw.subscriptions_history
    union all
    select 'invoice', record_id, coalesce(_source_updated_at, _ingested_at) from raw.invoices_history
    union all
    select 'charge', record_id, coalesce(_source_updated_at, _ingested_at) from raw.charges_history
    union all
    select 'payment_intent', record_id, coalesce(_source_updated_at, _ingested_at) from raw.payment_intents_history
    union all
    select 'refund', record_id, coalesce(_source_updated_at, _ingested_at) from raw.refunds_history
    union all
    select 'dispute', record_id, coalesce(_source_updated_at, _ingested_at) from raw.disputes_history
    union all
    select 'credit_note', record_id, coalesce(_source_updated_at, _ingested_at) from raw.credit_notes_history
    union all
    select 'checkout.session', record_id, coalesce(_source_updated_at, _ingested_at) from raw.checkout_sessions_history
    union all
    select 'price', record_id, coalesce(_source_updated_at, _ingested_at) from raw.prices_history
    union all
    select 'plan', record_id, coalesce(_source_updated_at, _ingested_at) from raw.plans_history
    union all
    select 'product', record_id, coalesce(_source_updated_at, _ingested_at) from raw.products_history
    union all
    select 'coupon', record_id, coalesce(_source_updated_at, _ingested_at) from raw.coupons_history
),
instants as (
    select object_type, object_id, at, count(*) as n
    from arrivals
    group by object_type, object_id, at
),
neighbours as (
    select
        object_type,
        object_id,
        at,
        n,
        -- 1970 is no time at all: nothing is known to have been before
        nullif(lag(at) over (partition by object_type, object_id order by at), timestamp '1970-01-01T00:00:00Z') as before_at,
        lead(at) over (partition by object_type, object_id order by at) as after_at
    from instants
)
select object_type, object_id, at, before_at, after_at
from neighbours
where n > 1
