-- What happened to subscriptions: one event for each change, which carries the
-- change of MRR and of the states, and the further words that the same instant deserves.
with paid as (
    select
        subscription_id,
        max(case when amount_paid > 0 and status = 'paid' then coalesce(paid_at, finalized_at, created_at) when amount_paid > 0 then paid_at end) as last_paid_at
    from normalized.invoices
    where subscription_id is not null
    group by subscription_id
),
lives as (
    select subscription_id, min(entered_at) as live_at
    from normalized.subscription_lifecycle
    where status in ('trialing', 'active', 'past_due')
    group by subscription_id
),
changes as (
    select
        t.*,
        p.subscription_id is null or coalesce(p.last_paid_at >= t.occurred_at, false) as is_paid,
        -- one that ended in the instant in which it began was live in no interval
        coalesce(min(case when t.status in ('trialing', 'active', 'past_due') then t.occurred_at end) over (partition by t.subscription_id), l.live_at) as first_live_at
    from normalized.subscription_timeline t
    left join lives l on l.subscription_id = t.subscription_id
    left join paid p on p.subscription_id = t.subscription_id
),
named as (
    select
        *,
        case
            when status is not distinct from previous_status then
                case
                    when mrr_delta > 0 then 'subscription_upgraded'
                    when mrr_delta < 0 then 'subscription_downgraded'
                    when cancellation = 'scheduled' and previous_cancellation <> 'scheduled' then 'subscription_cancellation_requested'
                    when cancellation = 'none' and previous_cancellation = 'scheduled' then 'subscription_cancellation_withdrawn'
                    else 'subscription_changed'
                end
            when status = 'trialing' then 'trial_started'
            when status = 'active' and previous_status = 'trialing' and is_paid then 'trial_converted'
            when status = 'active' and previous_status = 'trialing' then 'trial_ended'
            when status = 'active' and previous_status in ('past_due', 'unpaid', 'canceled') then 'subscription_reactivated'
            when status = 'active' and previous_status = 'paused' then 'subscription_resumed'
            when status = 'active' then 'subscription_started'
            when status = 'incomplete_expired' then 'subscription_expired'
            when status in ('past_due', 'unpaid', 'paused', 'canceled', 'incomplete') then concat('subscription_', status)
            else 'subscription_changed'
        end as event_name
    from changes
),
spoken as (
    select
        subscription_id, customer_id, occurred_at, event_name, true as is_change, mrr_delta, cast(null as text) as trial_outcome,
        status, previous_status, previous_mrr, previous_quantity, previous_plan_name, previous_cancellation, mrr, mrr_gross, quantity, plan_name, last_plan_name, price_id, product_id, currency, interval_unit, interval_count,
        cancellation, cancel_reason, cancel_feedback, collection_method, is_observed, occurred_at as changed_at, _ingested_at
    from named
    union all
    select
        subscription_id, customer_id, occurred_at, 'subscription_started', false, cast(null as decimal), cast(null as text),
        status, previous_status, previous_mrr, previous_quantity, previous_plan_name, previous_cancellation, mrr, mrr_gross, quantity, plan_name, last_plan_name, price_id, product_id, currency, interval_unit, interval_count,
        cancellation, cancel_reason, cancel_feedback, collection_method, is_observed, occurred_at as changed_at, _ingested_at
    from named
    where occurred_at = first_live_at and event_name <> 'subscription_started'
    union all
    select
        subscription_id, customer_id, occurred_at, 'subscription_cancellation_requested', false, cast(null as decimal), cast(null as text),
        status, previous_status, previous_mrr, previous_quantity, previous_plan_name, previous_cancellation, mrr, mrr_gross, quantity, plan_name, last_plan_name, price_id, product_id, currency, interval_unit, interval_count,
        cancellation, cancel_reason, cancel_feedback, collection_method, is_observed, occurred_at as changed_at, _ingested_at
    from named
    where cancellation = 'scheduled' and coalesce(previous_cancellation, 'none') <> 'scheduled' and event_name <> 'subscription_cancellation_requested'
    union all
    select
        subscription_id, customer_id, occurred_at, 'trial_ended', false, cast(null as decimal),
        case when event_name = 'trial_converted' then 'converted' else status end,
        status, previous_status, previous_mrr, previous_quantity, previous_plan_name, previous_cancellation, mrr, mrr_gross, quantity, plan_name, last_plan_name, price_id, product_id, currency, interval_unit, interval_count,
        cancellation, cancel_reason, cancel_feedback, collection_method, is_observed, occurred_at as changed_at, _ingested_at
    from named
    where previous_status = 'trialing' and status <> 'trialing' and event_name <> 'trial_ended'
    union all
    -- a trial that is over though nothing newer was landed
    select
        n.subscription_id, n.customer_id, n.trial_end_at, 'trial_ended', false, cast(null as decimal), cast(null as text),
        n.status, n.previous_status, n.previous_mrr, n.previous_quantity, n.previous_plan_name, n.previous_cancellation, n.mrr, n.mrr_gross, n.quantity, n.plan_name, n.last_plan_name, n.price_id, n.product_id, n.currency, n.interval_unit, n.interval_count,
        n.cancellation, n.cancel_reason, n.cancel_feedback, n.collection_method, true, n.occurred_at, n._ingested_at
    from named n
    join normalized.subscriptions s on s.subscription_id = n.subscription_id and s.status = 'trialing' and s.version_at < n.trial_end_at
    where n.event_name = 'trial_started' and n.trial_end_at <= as_of()
),
counted as (
    select
        *,
        row_number() over (partition by subscription_id, event_name order by occurred_at, is_change desc, changed_at) as occurrence
    from spoken
)
select
    -- the n-th of its kind, so that a stream of events and a snapshot of objects speak of the same one
    nexus_id('evt', event_name, subscription_id, occurrence) as event_id,
    subscription_id,
    customer_id,
    occurred_at,
    event_name,
    is_change,
    mrr_delta,
    coalesce(trial_outcome, case when event_name = 'trial_ended' and previous_status = 'trialing' then status end) as trial_outcome,
    status,
    previous_status,
    status is distinct from previous_status as status_changed,
    mrr is distinct from previous_mrr as mrr_changed,
    quantity is distinct from previous_quantity as quantity_changed,
    plan_name is distinct from previous_plan_name as plan_changed,
    cancellation is distinct from previous_cancellation as cancellation_changed,
    mrr,
    mrr_gross,
    quantity,
    plan_name,
    last_plan_name,
    price_id,
    product_id,
    currency,
    interval_unit,
    interval_count,
    cancellation,
    case when event_name in ('subscription_canceled', 'subscription_cancellation_requested') then cancel_reason end as cancel_reason,
    case when event_name in ('subscription_canceled', 'subscription_cancellation_requested') then cancel_feedback end as cancel_feedback,
    collection_method,
    is_observed,
    _ingested_at
from counted
