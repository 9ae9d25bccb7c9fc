-- Events of an app that are left out: test charges, and what has no type, time or shop.
with arrivals as (
    select 'app_events' as table_name, record, record_id, _ingested_at
    from raw.app_events
    union all
    select 'partner_events', record, record_id, _ingested_at
    from raw.partner_events
),
read as (
    select
        table_name,
        record_id,
        coalesce(read_bool(record, 'charge.test', 'charge_test', 'test'), false) as is_test,
        json_text(record, '$.eventType') is null and read_text(record, 'event_type', 'type') is null
            or read_time(record, 'occurred_at') is null or (read_id(record, 'shop.id') is null and read_text(record, 'shop.myshopify_domain', 'shop_domain') is null) as is_incomplete,
        _ingested_at
    from arrivals
)
select
    table_name,
    case when is_incomplete then 'incomplete_record' else 'test_mode' end as reason,
    cast(null as text) as detail,
    record_id as sample,
    cast(1 as bigint) as n,
    _ingested_at
from read
where is_incomplete or (is_test and not config('include_test'))
union all
-- the monthly amount of a subscription, without a currency
select source_table, 'amount_without_unit', 'app_mrr', coalesce(charge_id, shop_domain, shop_id), cast(1 as bigint), _ingested_at
from normalized.app_activity
where given_mrr <> 0 and currency is null
union all
-- a subscription whose amount nothing gives
select source_table, 'incomplete_record', 'app_mrr', coalesce(charge_id, shop_domain, shop_id), cast(1 as bigint), _ingested_at
from normalized.app_activity
where event_name in ('app_charge_activated', 'app_charge_unfrozen') and given_mrr is null
union all
-- a change of the amount from one currency to another
select source_table, 'mixed_units', 'app_mrr_delta', coalesce(charge_id, shop_domain, shop_id), cast(1 as bigint), _ingested_at
from normalized.app_activity
where app_mrr <> 0 and mrr_before <> 0 and currency <> currency_before
