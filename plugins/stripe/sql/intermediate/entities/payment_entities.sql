-- Payments (charges), as registered entities.
select
    'payment' as entity_type,
    charge_id as source_id,
    created_at,
    coalesce(captured_at, created_at) as updated_at,
    customer_id as stripe_customer_id,
    status,
    upper(currency) as currency,
    amount,
    coalesce(amount_refunded, 0) as amount_refunded,
    payment_method_type,
    card_brand,
    failure_code,
    _ingested_at
from normalized.charges
where is_live or config('include_test')
