-- Where there is no merchant's side: the shops alone.
select
    event_id,
    occurred_at,
    event_name,
    'shop' as event_type,
    concat('Shop ', coalesce(shop_name, shop_id), ' ', replace(replace(event_name, 'shop_', ''), '_', ' ')) as event_description,
    cast(0.2 as double) as significance,
    'shops' as source_table,
    _ingested_at
from normalized.shop_activity
