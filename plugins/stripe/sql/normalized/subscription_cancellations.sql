-- When a subscription's end was asked for, taken back, and came.
with arrivals as (
    select
        subscription_id,
        version_no,
        version_at,
        start_at,
        previous_version_at,
        cancellation,
        lag(cancellation) over (partition by subscription_id order by version_no) as previous_cancellation,
        cancel_requested_at,
        ended_at
    from normalized.subscription_versions
),
facts as (
    select subscription_id, version_no, 0 as step, 'none' as cancellation, start_at as changed_at
    from arrivals
    where previous_cancellation is null
    union all
    -- asked for before it came: the wish has its own time
    select subscription_id, version_no, 1, 'scheduled',
        case
            when cancel_requested_at <= version_at then greatest(cancel_requested_at, previous_version_at, start_at)
            else version_at
        end
    from arrivals
    where cancellation is distinct from previous_cancellation
        and coalesce(previous_cancellation, 'none') = 'none'
        and (cancellation = 'scheduled' or (cancellation = 'canceled' and cancel_requested_at < ended_at))
    union all
    select subscription_id, version_no, 2, cancellation, case when cancellation = 'canceled' then coalesce(ended_at, version_at) else version_at end
    from arrivals
    where previous_cancellation is not null and cancellation <> previous_cancellation and cancellation <> 'scheduled'
    union all
    select subscription_id, version_no, 2, 'canceled', coalesce(ended_at, version_at)
    from arrivals
    where previous_cancellation is null and cancellation = 'canceled'
)
select
    subscription_id,
    changed_at,
    cancellation,
    lead(changed_at) over (partition by subscription_id order by changed_at, version_no, step) as next_changed_at
from facts
