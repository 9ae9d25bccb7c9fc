-- Refunds as they are now; those of the oldest versions of the API have succeeded by being there.
-- What was authorized and not captured is released by a refund, the first of its charge, that moves no money.
with told as (
    select *, coalesce(status, 'succeeded') as given_status
    from normalized.charge_claims
    where object_type = 'refund'
),
totalled as (
    select
        *,
        given_status in ('failed', 'canceled') as is_void,
        sum(case when given_status not in ('failed', 'canceled') then amount else 0 end) over (partition by charge_id) as charge_amount,
        sum(case when given_status not in ('failed', 'canceled') then amount else 0 end) over (partition by charge_id order by created_at, id) as amount_so_far
    from told
),
moved as (
    select
        *,
        case
            when charge_id is null or is_void then amount
            when captured_amount = 0 or reason = 'expired_uncaptured_charge' then 0
            -- the one that releases was not landed
            when charge_amount < coalesce(released_amount, 0) then amount
            else greatest(least(amount, amount_so_far - coalesce(released_amount, 0)), 0)
        end as moved_amount
    from totalled
)
select
    id as refund_id,
    charge_id,
    payment_intent_id,
    customer_id,
    invoice_id,
    payer_email,
    given_status as status,
    reason,
    failure_reason,
    currency,
    moved_amount as amount,
    moved_amount = 0 and amount > 0 as is_release,
    created_at,
    failed_at,
    -- it is not in amount_refunded from then on
    case when is_void then coalesce(failed_at, observed_at) end as void_at,
    deleted_at,
    connection,
    _ingested_at
from moved
