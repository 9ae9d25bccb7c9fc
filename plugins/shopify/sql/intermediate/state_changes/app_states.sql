-- A shop's relation to the app: installed, subscribed, worth so much a month. One key an app. An amount whose currency is
-- not known ends the one before and is none itself.
with said as (
    select event_id, shop_id, shop_domain, 'app_installation' as state_name, 'dimension' as state_category, app_id, installation as state_value,
        cast(null as decimal) as state_numeric_value, cast(null as text) as value_unit, occurred_at, _ingested_at
    from normalized.app_activity
    where installation is not null
    union all
    select event_id, shop_id, shop_domain, 'app_subscription', 'dimension', app_id, subscription, cast(null as decimal), cast(null as text), occurred_at, _ingested_at
    from normalized.app_activity
    where subscription is not null
    union all
    select event_id, shop_id, shop_domain, 'app_mrr', 'measurement', app_id, cast(null as text), app_mrr, mrr_currency, occurred_at, _ingested_at
    from normalized.app_activity
    where given_mrr is not null
)
select
    event_id,
    'group' as entity_type,
    case when shop_id is not null then 'shopify_shop_id' else 'myshopify_domain' end as identifier_type,
    coalesce(shop_id, shop_domain) as identifier_value,
    state_name,
    state_category,
    app_id as state_key,
    state_value,
    state_numeric_value,
    value_unit,
    occurred_at,
    _ingested_at
from said
