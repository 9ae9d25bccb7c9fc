-- A person's consent to marketing.
with said as (
    select event_id, 'email_marketing' as state_name, 'shopify_customer_id' as identifier_type, customer_key as identifier_value, email_state as state_value, occurred_at, _ingested_at
    from normalized.customer_activity
    where email_state is not null or event_name = 'customer_deleted'
    union all
    select event_id, 'sms_marketing', 'shopify_customer_id', customer_key, sms_state, occurred_at, _ingested_at
    from normalized.customer_activity
    where sms_state is not null or event_name = 'customer_deleted'
)
select
    event_id,
    'person' as entity_type,
    identifier_type,
    identifier_value,
    state_name,
    'dimension' as state_category,
    cast(null as text) as state_key,
    state_value,
    cast(null as decimal) as state_numeric_value,
    occurred_at,
    _ingested_at
from said
