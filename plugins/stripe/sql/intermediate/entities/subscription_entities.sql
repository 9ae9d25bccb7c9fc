-- Subscriptions, as registered entities.
with last_change as (
    select subscription_id, currency, mrr, mrr_gross, last_plan_name, price_id, product_id, interval_unit, interval_count
    from normalized.subscription_timeline
    qualify row_number() over (partition by subscription_id order by occurred_at desc) = 1
)
select
    'subscription' as entity_type,
    s.subscription_id as source_id,
    s.created_at,
    s.version_at as updated_at,
    s.customer_id as stripe_customer_id,
    s.status,
    t.last_plan_name as plan_name,
    t.price_id,
    t.product_id,
    upper(coalesce(s.currency, t.currency)) as currency,
    t.mrr,
    t.mrr_gross,
    t.interval_unit as billing_interval,
    t.interval_count as billing_interval_count,
    s.collection_method,
    s.is_collection_paused,
    s.start_at as started_at,
    s.trial_end_at as trial_ends_at,
    s.period_end_at as current_period_ends_at,
    s.cancel_requested_at,
    s.ended_at,
    s._ingested_at
from normalized.subscriptions s
left join last_change t on t.subscription_id = s.subscription_id
