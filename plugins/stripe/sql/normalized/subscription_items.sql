-- One row an item of each version of a subscription, with what it is worth a
-- month before discounts: gross_month is in major units of the currency, and NULL where the price cannot tell.
with loose as (
    -- an item without its own rows in the version comes from the loader's table
    select subscription_id, count(*) as n_items
    from normalized.loose_items
    group by subscription_id
),
held as (
    select v.subscription_id, v.version_no, v.start_at, v.created_at, v.currency, v.tax_rates, t.item, t.ordinal, cast(null as timestamp) as gone_at
    from normalized.subscription_versions v
    cross join unnest(json_array(v.items, '$')) as t(item, ordinal)
    union all
    select v.subscription_id, v.version_no, v.start_at, v.created_at, v.currency, v.tax_rates, l.item, l.ordinal, l.gone_at
    from normalized.subscription_versions v
    join normalized.loose_items l on l.subscription_id = v.subscription_id
    where v.items is null
),
opened as (
    select
        subscription_id,
        version_no,
        start_at,
        created_at,
        currency,
        ordinal,
        coalesce(json_text(item, '$.id'), subscription_id) as item_id,
        json_timestamp(item, '$.created') as item_at,
        json_bigint(item, '$.quantity') as quantity,
        coalesce(json_text(item, '$.price.id'), json_text(item, '$.price'), json_text(item, '$.price_id'),
            json_text(item, '$.plan.id'), json_text(item, '$.plan'), json_text(item, '$.plan_id')) as price_id,
        coalesce(json_text(item, '$.product.id'), json_text(item, '$.product'), json_text(item, '$.product_id')) as item_product_id,
        gone_at,
        case
            when json_type(item, '$.price') = 'object' then json_extract(item, '$.price')
            when json_type(item, '$.plan') = 'object' then json_extract(item, '$.plan')
        end as price,
        coalesce(json_bool(item, '$.deleted'), false) as is_deleted,
        case when json_type(item, '$.tax_rates[0]') = 'object' then json_extract(item, '$.tax_rates') else tax_rates end as tax_rates
    from held
    union all
    -- before items: one plan and one quantity on the subscription itself
    select v.subscription_id, v.version_no, v.start_at, v.created_at, v.currency, 0, v.subscription_id as item_id, cast(null as timestamp),
        v.quantity, json_text(v.plan, '$.id'), cast(null as text), cast(null as timestamp), v.plan, false, v.tax_rates
    from normalized.subscription_versions v
    left join loose l on l.subscription_id = v.subscription_id
    where v.items is null and v.plan is not null and l.subscription_id is null
),
taxed as (
    -- a tax that is inside the price is no revenue
    select subscription_id, version_no, item_id, ordinal, sum(json_decimal(t.rate, '$.percentage')) as percentage
    from opened as o
    cross join unnest(json_array(o.tax_rates, '$')) as t(rate)
    where json_bool(t.rate, '$.inclusive')
    group by subscription_id, version_no, item_id, ordinal
),
inlined as (
    select
        subscription_id,
        version_no,
        currency,
        ordinal,
        item_id,
        -- an item made with its subscription is there from the start, unless the start was set back
        case
            when item_at > date_add('minute', 5, coalesce(created_at, start_at)) or start_at < date_add('minute', -5, created_at) then item_at
        end as item_at,
        gone_at,
        quantity,
        price_id,
        coalesce(json_text(price, '$.product.id'), json_text(price, '$.product'), json_text(price, '$.product_id'), item_product_id) as product_id,
        nullif(coalesce(json_text(price, '$.nickname'), json_text(price, '$.product.name'), json_text(price, '$.name')), '') as nickname,
        lower(json_text(price, '$.currency')) as price_currency,
        coalesce(json_decimal(price, '$.unit_amount_decimal'), json_decimal(price, '$.unit_amount'),
            json_decimal(price, '$.amount_decimal'), json_decimal(price, '$.amount')) as unit_minor,
        coalesce(json_text(price, '$.recurring.interval'), json_text(price, '$.interval')) as interval_unit,
        coalesce(json_bigint(price, '$.recurring.interval_count'), json_bigint(price, '$.interval_count')) as interval_count,
        coalesce(json_text(price, '$.recurring.usage_type'), json_text(price, '$.usage_type')) as usage_type,
        json_text(price, '$.billing_scheme') as billing_scheme,
        json_text(price, '$.tiers_mode') as tiers_mode,
        json_extract(price, '$.tiers') as tiers,
        coalesce(json_bigint(price, '$.transform_quantity.divide_by'), json_bigint(price, '$.transform_usage.divide_by')) as divide_by,
        coalesce(json_text(price, '$.transform_quantity.round'), json_text(price, '$.transform_usage.round')) as divide_round
    from opened
    where not is_deleted
),
priced as (
    -- what the item says itself comes before what the table of prices says
    select
        i.subscription_id,
        i.version_no,
        i.ordinal,
        i.item_id,
        i.item_at,
        i.gone_at,
        i.price_id,
        coalesce(i.product_id, p.product_id) as product_id,
        coalesce(i.nickname, p.nickname) as nickname,
        coalesce(i.price_currency, p.currency, i.currency) as currency,
        coalesce(i.quantity, 1) as quantity,
        i.quantity as given_quantity,
        coalesce(i.unit_minor, p.unit_minor) as unit_minor,
        coalesce(i.interval_unit, p.interval_unit) as interval_unit,
        coalesce(i.interval_count, p.interval_count, 1) as interval_count,
        coalesce(i.usage_type, p.usage_type, 'licensed') as usage_type,
        coalesce(i.billing_scheme, p.billing_scheme, 'per_unit') as billing_scheme,
        coalesce(i.tiers_mode, p.tiers_mode) as tiers_mode,
        coalesce(i.tiers, p.tiers) as tiers,
        coalesce(i.divide_by, p.divide_by) as divide_by,
        coalesce(i.divide_round, p.divide_round) as divide_round
    from inlined i
    left join normalized.prices p on p.price_id = i.price_id
),
counted as (
    select
        *,
        case
            when divide_by > 0 and divide_round = 'up' then div(quantity + divide_by - 1, divide_by)
            when divide_by > 0 then div(quantity, divide_by)
            else quantity
        end as units
    from priced
),
tiers as (
    select
        c.subscription_id,
        c.version_no,
        c.item_id,
        c.ordinal,
        c.units,
        t.tier_no,
        json_bigint(t.tier, '$.up_to') as up_to,
        coalesce(json_decimal(t.tier, '$.unit_amount_decimal'), json_decimal(t.tier, '$.unit_amount'), json_decimal(t.tier, '$.amount'), 0) as unit_minor,
        coalesce(json_decimal(t.tier, '$.flat_amount_decimal'), json_decimal(t.tier, '$.flat_amount'), 0) as flat_minor
    from counted c
    cross join unnest(json_array(c.tiers, '$')) as t(tier, tier_no)
    where c.billing_scheme = 'tiered'
),
bounded as (
    select
        *,
        coalesce(lag(up_to) over (partition by subscription_id, version_no, item_id, ordinal order by tier_no), 0) as up_from
    from tiers
),
tiered as (
    select
        subscription_id,
        version_no,
        item_id,
        ordinal,
        sum(case when units > up_from then flat_minor + unit_minor * (least(units, up_to) - up_from) else 0 end) as graduated_minor,
        sum(case when (units > up_from or (units = 0 and tier_no = 0)) and units <= coalesce(up_to, units) then flat_minor + unit_minor * units else 0 end) as volume_minor
    from bounded
    group by subscription_id, version_no, item_id, ordinal
),
valued as (
    select
        c.*,
        case
            when c.usage_type = 'metered' then 0
            when c.billing_scheme <> 'tiered' then c.unit_minor * c.units
            when c.tiers_mode = 'volume' then t.volume_minor
            else t.graduated_minor
        end as full_minor,
        x.percentage as tax_percentage,
        case c.interval_unit when 'month' then 12 when 'year' then 1 when 'week' then 52 when 'day' then 365 end as intervals_a_year
    from counted c
    left join tiered t
        on t.subscription_id = c.subscription_id and t.version_no = c.version_no and t.item_id = c.item_id and t.ordinal = c.ordinal
    left join taxed x
        on x.subscription_id = c.subscription_id and x.version_no = c.version_no and x.item_id = c.item_id and x.ordinal = c.ordinal
),
netted as (
    select *, case when tax_percentage > 0 then full_minor / (1 + tax_percentage / 100) else full_minor end as period_minor
    from valued
)
select
    v.subscription_id,
    v.version_no,
    v.item_id,
    v.ordinal,
    v.item_at,
    v.gone_at,
    v.price_id,
    v.product_id,
    coalesce(v.nickname, p.product_name, v.price_id) as plan_name,
    v.currency,
    case when v.usage_type = 'metered' then cast(null as bigint) else v.quantity end as quantity,
    v.usage_type = 'metered' as is_metered,
    v.interval_unit,
    v.interval_count,
    v.intervals_a_year,
    coalesce(c.minor_per_major, 100) as minor_per_major,
    case
        when v.usage_type = 'metered' then 0
        when v.interval_unit = 'month' and v.interval_count = 1 and coalesce(c.minor_per_major, 100) = 100 then v.period_minor / 100 -- most are
        else v.period_minor * v.intervals_a_year / (12 * v.interval_count * coalesce(c.minor_per_major, 100))
    end as gross_month
from netted v
left join normalized.products p on p.product_id = v.product_id
left join normalized.currencies c on c.currency = v.currency
