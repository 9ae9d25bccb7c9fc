-- For the vendor of an app: what shops did with it, from the Partner API's
-- app events, its newer event log, or a flattened copy of either.
with arrivals as (
    select record, record_id, 'app_events' as source_table, _connection, _ingested_at
    from raw.app_events
    where record is not null
    union all
    select record, record_id, 'partner_events', _connection, _ingested_at
    from raw.partner_events
    where record is not null
),
read as (
    select
        source_table,
        case when source_table = 'partner_events' then coalesce(json_text(record, '$.id'), record_id) end as log_id,
        upper(coalesce(json_text(record, '$.eventType'), read_text(record, 'event_type', 'type'))) as given_type,
        read_time(record, 'occurred_at') as occurred_at,
        read_id(record, 'app.id', 'subject.app.id', 'subject.id') as given_app,
        read_text(record, 'app.name', 'subject.app.name', 'subject.name') as app_name,
        read_id(record, 'shop.id') as shop_id,
        lower(read_text(record, 'shop.myshopify_domain', 'shop_domain')) as shop_domain,
        read_text(record, 'shop.name') as shop_name,
        read_id(record, 'charge.id', 'app_credit.id') as charge_id,
        read_text(record, 'charge.name', 'plan_handle', 'plan.handle') as plan_name,
        coalesce(read_money(record, 'charge.amount', 'charge_amount'), read_money(record, 'app_credit.amount'), read_money(record, 'amount')) as charge_amount,
        coalesce(read_unit(record, 'charge.amount', 'charge_amount'), read_unit(record, 'app_credit.amount'), read_unit(record, 'amount'), upper(read_text(record, 'charge_currency'))) as charge_currency,
        read_money(record, 'net_amount') as payout_net,
        coalesce(read_unit(record, 'net_amount'), read_unit(record, 'gross_amount')) as payout_currency,
        read_money(record, 'shopify_fee') as shopify_fee,
        coalesce(read_unit(record, 'shopify_fee'), read_unit(record, 'net_amount'), read_unit(record, 'gross_amount')) as fee_currency,
        read_text(record, 'plan.billing_period', 'charge.interval', 'billing_interval') as billing_period,
        coalesce(read_bool(record, 'charge.test', 'test'), false) as is_test,
        read_text(record, 'reason', 'uninstall_reason') as reason,
        read_text(record, 'description', 'reason_description', 'uninstall_description') as description,
        record_id,
        _connection as connection,
        _ingested_at
    from arrivals
),
named as (
    select
        *,
        coalesce(given_app, 'app') as app_id,
        coalesce(charge_currency, payout_currency, fee_currency) as given_currency,
        case
            when starts_with(given_type, 'RELATIONSHIP_') then concat('app_', lower(replace(given_type, 'RELATIONSHIP_', '')))
            when given_type = 'USAGE_CHARGE_APPLIED' then 'app_usage_charged'
            when given_type in ('SUBSCRIPTION_CREATED', 'SUBSCRIPTION_UPDATED') then 'app_charge_activated'
            when given_type = 'SUBSCRIPTION_CANCELLED' then 'app_charge_canceled'
            when given_type in ('SUBSCRIPTION_FROZEN', 'SUBSCRIPTION_UNFROZEN') then concat('app_charge_', lower(replace(given_type, 'SUBSCRIPTION_', '')))
            when starts_with(given_type, 'SUBSCRIPTION_CHARGE_') then concat('app_charge_', lower(replace(given_type, 'SUBSCRIPTION_CHARGE_', '')))
            else concat('app_', lower(given_type))
        end as event_name
    from read
),
once as (
    select
        *,
        coalesce(shop_domain, shop_id) as shop_ref,
        -- the API gives its events no ids of their own
        nexus_id('evt', event_name, coalesce(log_id, app_id), case when log_id is null then coalesce(shop_id, shop_domain) end,
            case when log_id is null then given_type end, case when log_id is null then occurred_at end, case when log_id is null then charge_id end) as event_id
    from named
    qualify row_number() over (partition by coalesce(log_id, app_id), case when log_id is null then coalesce(shop_id, shop_domain) end,
        event_name, occurred_at, charge_id order by _ingested_at desc, source_table, connection desc, record_id desc) = 1
        and given_type is not null and occurred_at is not null and (shop_id is not null or shop_domain is not null)
        and (not is_test or config('include_test'))
),
valued as (
    select
        *,
        case event_name
            when 'app_installed' then 'installed'
            when 'app_reactivated' then 'installed'
            when 'app_uninstalled' then 'uninstalled'
            when 'app_deactivated' then 'deactivated'
        end as installation,
        case event_name
            when 'app_charge_accepted' then 'pending'
            when 'app_charge_activated' then 'active'
            when 'app_charge_unfrozen' then 'active'
            when 'app_charge_frozen' then 'frozen'
            when 'app_charge_canceled' then 'canceled'
            when 'app_charge_expired' then 'expired'
            when 'app_charge_declined' then 'declined'
            when 'app_uninstalled' then 'none'
        end as subscription,
        -- what ends a charge says neither its amount nor its currency; an amount without a currency gets none from another charge
        coalesce(given_currency, case when charge_id is not null then max(given_currency) over (partition by app_id, coalesce(shop_id, shop_domain), charge_id) end,
            case when charge_amount is null then max(given_currency) over (partition by app_id, coalesce(shop_id, shop_domain)) end) as currency,
        -- a charge that thaws is worth what it was
        coalesce(charge_amount, max(charge_amount) over (partition by app_id, coalesce(shop_id, shop_domain), charge_id))
            / case when lower(billing_period) in ('annual', 'every_year', 'year', 'yearly') then 12 else 1 end as monthly_amount
    from once
),
priced as (
    select
        *,
        case
            when event_name in ('app_charge_activated', 'app_charge_unfrozen') then monthly_amount
            when event_name in ('app_charge_frozen', 'app_charge_canceled', 'app_charge_expired', 'app_uninstalled', 'app_deactivated') then 0
        end as given_mrr
    from valued
),
worth as (
    -- what nothing gives a currency is no amount
    select *, case when currency is not null then given_mrr end as app_mrr
    from priced
),
changes as (
    select
        *,
        lag(app_mrr) over (partition by app_id, coalesce(shop_id, shop_domain), app_mrr is null order by occurred_at, event_id) as mrr_before,
        lag(currency) over (partition by app_id, coalesce(shop_id, shop_domain), app_mrr is null order by occurred_at, event_id) as currency_before
    from worth
)
select
    *,
    -- amounts of two currencies have no difference
    case when app_mrr = 0 or coalesce(mrr_before, 0) = 0 or currency = currency_before then app_mrr - coalesce(mrr_before, 0) end as app_mrr_delta,
    -- an end is of the amount that ends
    case when app_mrr = 0 and mrr_before <> 0 then currency_before when app_mrr is not null then currency end as mrr_currency
from changes
