-- Disputes as they are now; funds_withdrawn tells an inquiry from one that took the money.
select
    id as dispute_id,
    charge_id,
    customer_id,
    invoice_id,
    payer_email,
    status,
    reason,
    currency,
    amount,
    is_withdrawn or balance_transaction_id is not null or status in ('won', 'lost', 'needs_response', 'under_review') as funds_withdrawn,
    created_at,
    coalesce(closed_at, greatest(observed_at, created_at)) as closed_at,
    closed_at is null as is_observed,
    deleted_at,
    connection,
    _ingested_at
from normalized.charge_claims
where object_type = 'dispute'
