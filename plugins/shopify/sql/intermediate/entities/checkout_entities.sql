-- Checkouts, as registered entities.
select
    'checkout' as entity_type,
    checkout_key as source_id,
    created_at,
    updated_at,
    case when completed_at is not null then 'completed' when is_deleted then 'deleted' else 'open' end as status,
    checkout_total as total,
    currency,
    completed_at,
    _ingested_at
from normalized.checkouts
