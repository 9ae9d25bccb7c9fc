-- Each instant at which something about a subscription changed: its status, what
-- it is worth a month, its quantity, its plan, the wish to end it.
with spans as (
    select
        subscription_id,
        status,
        previous_status,
        entered_at,
        lead(entered_at) over (partition by subscription_id order by entered_at, version_no) as next_entered_at,
        is_observed
    from normalized.subscription_lifecycle
),
joined as (
    select
        v.subscription_id,
        v.at,
        s.status,
        s.entered_at = v.at and s.is_observed as is_observed,
        coalesce(c.cancellation, 'none') as cancellation,
        -- trials, paused and unpaid ones are worth nothing yet or any more
        case when s.status in ('active', 'past_due') then v.mrr_net else 0 end as mrr,
        case when s.status in ('active', 'past_due') then v.mrr_gross else 0 end as mrr_gross,
        case when s.status in ('active', 'past_due', 'trialing', 'unpaid', 'paused') then v.quantity end as quantity,
        case when s.status in ('active', 'past_due', 'trialing', 'unpaid', 'paused') then v.plan_name end as plan_name,
        v.plan_name as last_plan_name,
        v.price_id,
        v.product_id,
        v.currency,
        v.interval_unit,
        v.interval_count,
        v._ingested_at
    from normalized.subscription_values v
    join spans s
        on s.subscription_id = v.subscription_id
        and s.entered_at <= v.at
        and (s.next_entered_at is null or v.at < s.next_entered_at)
    left join normalized.subscription_cancellations c
        on c.subscription_id = v.subscription_id
        and c.changed_at <= v.at
        and (c.next_changed_at is null or v.at < c.next_changed_at)
),
compared as (
    select
        *,
        lag(status) over (partition by subscription_id order by at) as previous_status,
        lag(mrr) over (partition by subscription_id order by at) as previous_mrr,
        lag(quantity) over (partition by subscription_id order by at) as previous_quantity,
        lag(plan_name) over (partition by subscription_id order by at) as previous_plan_name,
        lag(cancellation) over (partition by subscription_id order by at) as previous_cancellation
    from joined
)
select
    t.subscription_id,
    s.customer_id,
    t.at as occurred_at,
    t.status,
    t.previous_status,
    t.mrr,
    t.previous_mrr,
    coalesce(t.mrr, 0) - coalesce(t.previous_mrr, 0) as mrr_delta,
    t.mrr_gross,
    t.quantity,
    t.previous_quantity,
    t.plan_name,
    t.last_plan_name,
    t.previous_plan_name,
    t.cancellation,
    t.previous_cancellation,
    t.price_id,
    t.product_id,
    coalesce(t.currency, s.currency) as currency,
    t.interval_unit,
    t.interval_count,
    s.cancel_reason,
    s.cancel_feedback,
    s.collection_method,
    s.trial_end_at,
    t.is_observed,
    t._ingested_at
from compared t
join normalized.subscriptions s on s.subscription_id = t.subscription_id
where t.status is distinct from t.previous_status
    or t.mrr is distinct from t.previous_mrr
    or t.quantity is distinct from t.previous_quantity
    or t.plan_name is distinct from t.previous_plan_name
    or t.cancellation is distinct from t.previous_cancellation
