-- Subscriptions as they are now, with what earlier versions knew where the last is a stub.
with marks as (
    select
        subscription_id,
        max(version_no) as last_no,
        arg_max(customer_id, case when customer_id is not null then version_no end) as customer_id,
        arg_max(currency, case when currency is not null then version_no end) as currency,
        arg_max(cancel_reason, case when cancel_reason is not null then version_no end) as cancel_reason,
        arg_max(cancel_feedback, case when cancel_feedback is not null then version_no end) as cancel_feedback,
        min(created_at) as created_at,
        min(start_at) as start_at,
        max(trial_start_at) as trial_start_at,
        max(trial_end_at) as trial_end_at
    from normalized.subscription_versions
    group by subscription_id
)
select
    m.subscription_id,
    m.customer_id,
    v.status,
    m.currency,
    coalesce(m.created_at, m.start_at) as created_at,
    m.start_at,
    m.trial_start_at,
    m.trial_end_at,
    v.ended_at,
    v.cancel_requested_at,
    v.cancel_at,
    v.cancel_at_period_end,
    v.cancellation,
    m.cancel_reason,
    m.cancel_feedback,
    v.collection_method,
    v.is_collection_paused,
    v.period_start_at,
    v.period_end_at,
    v.latest_invoice_id,
    v.version_no,
    v.version_at,
    v.connection,
    v._ingested_at
from marks m
join normalized.subscription_versions v
    on v.subscription_id = m.subscription_id and v.version_no = m.last_no
