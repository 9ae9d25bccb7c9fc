-- Refunds as they are now; those of the oldest versions of the API have succeeded by being there.
with told as (
    select *, coalesce(status, 'succeeded') as given_status
    from normalized.charge_claims
    where object_type = 'refund'
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
    amount,
    created_at,
    failed_at,
    -- it is not in amount_refunded from then on
    case when given_status in ('failed', 'canceled') then coalesce(failed_at, observed_at) end as void_at,
    deleted_at,
    connection,
    _ingested_at
from told
