-- Invoices, as registered entities; drafts are none yet.
select
    'invoice' as entity_type,
    invoice_id as source_id,
    created_at,
    coalesce(greatest(finalized_at, paid_at, voided_at, uncollectible_at), created_at) as updated_at,
    customer_id as stripe_customer_id,
    subscription_id,
    number as invoice_number,
    status,
    billing_reason,
    upper(currency) as currency,
    total,
    amount_paid,
    amount_remaining,
    due_at,
    paid_at,
    _ingested_at
from normalized.invoices
where status <> 'draft'
