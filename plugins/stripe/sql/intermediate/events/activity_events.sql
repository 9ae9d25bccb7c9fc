-- Every event of billing: customers, subscriptions, invoices, payments.
select
    event_id,
    occurred_at,
    event_name,
    event_type,
    description as event_description,
    significance,
    source_table,
    _ingested_at
from normalized.activity
