-- Every event of an app: installed, paid for, left.
select
    event_id,
    occurred_at,
    event_name,
    'app' as event_type,
    concat(coalesce(shop_name, shop_domain, shop_id), ': ', replace(event_name, '_', ' '), case when app_name is not null then concat(' (', app_name, ')') end) as event_description,
    cast(case when event_name in ('app_installed', 'app_uninstalled', 'app_charge_activated', 'app_charge_canceled') then 0.8 else 0.4 end as double) as significance,
    source_table,
    _ingested_at
from normalized.app_activity
