-- When each subscription entered each status. Event and version times where they
-- were landed; what lies before the first version is reconstructed from its dates.
with unpaid as (
    select
        subscription_id,
        min(coalesce(case when collection_method = 'send_invoice' then due_at end, finalized_at)) as unpaid_since
    from normalized.invoices
    where subscription_id is not null and status in ('open', 'uncollectible') and amount_remaining > 0
    group by subscription_id
),
arrivals as (
    select
        v.subscription_id,
        v.version_no,
        v.version_at,
        v.is_event,
        v.status,
        v.previous_status,
        v.previous_status is null as is_first,
        coalesce(v.created_at, v.start_at) as created_at,
        v.start_at,
        v.trial_start_at,
        v.trial_end_at,
        case when v.trial_end_at <= v.version_at then v.trial_end_at end as trial_over_at,
        coalesce(v.ended_at, v.version_at) as ended_at,
        u.unpaid_since,
        v._ingested_at
    from normalized.subscription_versions v
    left join unpaid u on u.subscription_id = v.subscription_id
    where v.previous_status is null or v.previous_status <> v.status
),
facts as (
    select subscription_id, version_no, 0 as step, 'incomplete' as status, created_at as entered_at, false as is_observed, _ingested_at
    from arrivals
    where is_first and status in ('incomplete', 'incomplete_expired')
    union all
    select subscription_id, version_no, 1, 'trialing', trial_start_at, false, _ingested_at
    from arrivals
    where is_first and trial_end_at > trial_start_at and status not in ('incomplete', 'incomplete_expired')
    union all
    -- active: from the start, or from the end of the trial
    select subscription_id, version_no, 2, 'active',
        case when is_first then greatest(trial_over_at, start_at) else coalesce(trial_over_at, version_at) end,
        not is_first and trial_over_at is null and not is_event, _ingested_at
    from arrivals
    where (is_first or previous_status = 'trialing')
        and status in ('active', 'past_due', 'unpaid', 'canceled')
        and (status <> 'canceled' or ended_at > greatest(trial_end_at, start_at))
    union all
    select subscription_id, version_no, 3, status,
        case
            when status = 'canceled' then ended_at
            when status = 'incomplete_expired' and not is_event then date_add('hour', 23, created_at)
            when status in ('past_due', 'unpaid') and (is_first or not is_event) and unpaid_since between start_at and version_at then unpaid_since
            when status = 'paused' and (is_first or previous_status = 'trialing') then coalesce(trial_over_at, version_at)
            when status = 'trialing' and is_first then coalesce(trial_start_at, start_at)
            else version_at
        end,
        not is_event and status not in ('canceled', 'incomplete_expired', 'trialing'), _ingested_at
    from arrivals
    where not (status = 'active' and (is_first or previous_status = 'trialing'))
        and not (status = 'incomplete' and is_first)
)
select
    subscription_id,
    version_no,
    status,
    lag(status) over (partition by subscription_id order by entered_at, version_no, step) as previous_status,
    entered_at,
    is_observed,
    _ingested_at
from facts
qualify status is distinct from lag(status) over (partition by subscription_id order by entered_at, version_no, step)
