-- For the vendor of an app: what shops did with it, from the Partner API's
-- app events, its newer event log, or a flattened copy of either.
with arrivals as (
    select record, record_id, 'app_events' as source_table, _ingested_at
    from raw.app_events
    where not coalesce(_deleted, false)
    union all
    select record, record_id, 'partner_events', _ingested_at
    from raw.partner_events
    where not coalesce(_deleted, false)
),
read as (
    select
        source_table,
        case when source_table = 'partner_events' then coalesce(json_text(record, '$.id'), record_id) end as log_id,
        upper(coalesce(json_text(record, '$.eventType'), json_text(record, '$.type'))) as given_type,
        coalesce(json_timestamp(record, '$.occurredAt'), json_timestamp(record, '$.occurred_at')) as occurred_at,
        coalesce(json_text(record, '$.app.id'), json_text(record, '$.subject.id'), json_text(record, '$.subject.app.id'), json_text(record, '$.app_id')) as app_gid,
        coalesce(json_text(record, '$.app.name'), json_text(record, '$.subject.name'), json_text(record, '$.app_name')) as app_name,
        coalesce(json_text(record, '$.shop.id'), json_text(record, '$.shop_id')) as shop_gid,
        lower(coalesce(json_text(record, '$.shop.myshopifyDomain'), json_text(record, '$.shop_domain'))) as shop_domain,
        coalesce(json_text(record, '$.shop.name'), json_text(record, '$.shop_name')) as shop_name,
        coalesce(json_text(record, '$.charge.id'), json_text(record, '$.chargeId'), json_text(record, '$.charge_id'), json_text(record, '$.appCredit.id')) as charge_gid,
        coalesce(json_text(record, '$.charge.name'), json_text(record, '$.planHandle'), json_text(record, '$.plan.handle'), json_text(record, '$.charge_name')) as plan_name,
        coalesce(json_decimal(record, '$.charge.amount.amount'), json_decimal(record, '$.amount.amount'), json_decimal(record, '$.appCredit.amount.amount'),
            json_decimal(record, '$.charge_amount'), json_decimal(record, '$.amount')) as charge_amount,
        upper(coalesce(json_text(record, '$.charge.amount.currencyCode'), json_text(record, '$.amount.currencyCode'), json_text(record, '$.appCredit.amount.currencyCode'),
            json_text(record, '$.grossAmount.currencyCode'), json_text(record, '$.charge_currency'))) as given_currency,
        json_decimal(record, '$.netAmount.amount') as payout_net,
        json_decimal(record, '$.shopifyFee.amount') as shopify_fee,
        coalesce(json_text(record, '$.plan.billingPeriod'), json_text(record, '$.charge.interval'), json_text(record, '$.billing_interval')) as billing_period,
        coalesce(json_bool(record, '$.charge.test'), json_bool(record, '$.charge_test'), json_bool(record, '$.test'), false) as is_test,
        coalesce(json_text(record, '$.reason'), json_text(record, '$.uninstallReason')) as reason,
        coalesce(json_text(record, '$.description'), json_text(record, '$.reasonDescription'), json_text(record, '$.uninstallDescription')) as description,
        _ingested_at
    from arrivals
),
named as (
    select
        *,
        coalesce(regexp_extract(app_gid, '/([0-9]+)', 1), app_gid, 'app') as app_id,
        coalesce(regexp_extract(shop_gid, '/([0-9]+)', 1), shop_gid) as shop_id,
        coalesce(regexp_extract(charge_gid, '/([0-9]+)', 1), charge_gid) as charge_id,
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
        nexus_id('evt', source_name(), event_name, coalesce(log_id, app_id), case when log_id is null then coalesce(shop_id, shop_domain) end,
            case when log_id is null then given_type end, case when log_id is null then occurred_at end, case when log_id is null then charge_id end) as event_id
    from named
    qualify row_number() over (partition by coalesce(log_id, app_id), case when log_id is null then coalesce(shop_id, shop_domain) end,
        event_name, occurred_at, charge_id order by _ingested_at desc, source_table) = 1
        and given_type is not null and occurred_at is not null and (shop_gid is not null or shop_domain is not null)
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
        -- what ends a charge says neither its amount nor its currency
        coalesce(given_currency, max(given_currency) over (partition by app_id, coalesce(shop_id, shop_domain), charge_id),
            max(given_currency) over (partition by app_id, coalesce(shop_id, shop_domain)), 'USD') as currency,
        -- a charge that thaws is worth what it was
        coalesce(charge_amount, max(charge_amount) over (partition by app_id, coalesce(shop_id, shop_domain), charge_id))
            / case when lower(billing_period) in ('annual', 'every_year', 'year', 'yearly') then 12 else 1 end as monthly_amount
    from once
),
worth as (
    select
        *,
        case
            when event_name in ('app_charge_activated', 'app_charge_unfrozen') then monthly_amount
            when event_name in ('app_charge_frozen', 'app_charge_canceled', 'app_charge_expired', 'app_uninstalled', 'app_deactivated') then 0
        end as app_mrr
    from valued
)
select
    *,
    case when app_mrr is not null then app_mrr
        - coalesce(lag(app_mrr) over (partition by app_id, coalesce(shop_id, shop_domain), app_mrr is null order by occurred_at, event_id), 0) end as app_mrr_delta
from worth
