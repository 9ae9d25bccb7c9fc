-- The plan that a shop is on.
select
    event_id,
    'group' as entity_type,
    'shopify_shop_id' as identifier_type,
    shop_id as identifier_value,
    'shop_plan' as state_name,
    'dimension' as state_category,
    cast(null as text) as state_key,
    shop_plan as state_value,
    cast(null as decimal) as state_numeric_value,
    occurred_at,
    _ingested_at
from normalized.shop_activity
where shop_plan is not null
