-- Discounts of each version of a subscription and of its items (item_id), those
-- that lower recurring revenue: forever, and repeating while they last. One that is given once is none.
with held as (
    select v.subscription_id, v.version_no, cast(null as text) as item_id, 0 as item_ordinal, t.ordinal, t.discount
    from normalized.subscription_versions v
    cross join unnest(json_array(v.discounts, '$')) as t(discount, ordinal)
    where v.discounts is not null
    union all
    select subscription_id, version_no, cast(null as text), 0, 0, discount
    from normalized.subscription_versions
    where discount is not null and coalesce(json_type(discounts, '$[0]'), 'null') = 'null'
    union all
    select v.subscription_id, v.version_no, coalesce(json_text(i.item, '$.id'), v.subscription_id), i.ordinal as item_ordinal, t.ordinal, t.discount
    from normalized.subscription_versions v
    cross join unnest(json_array(v.items, '$')) as i(item, ordinal)
    cross join unnest(json_array(i.item, '$.discounts')) as t(discount, ordinal)
),
landed as (
    select
        coalesce(json_text(record, '$.id'), record_id) as discount_id,
        coalesce(json_text(record, '$.subscription'), json_text(record, '$.subscription_id')) as subscription_id,
        coalesce(json_text(record, '$.source.coupon.id'), json_text(record, '$.source.coupon'), json_text(record, '$.coupon.id'),
            json_text(record, '$.coupon'), json_text(record, '$.coupon_id')) as coupon_id,
        json_timestamp(record, '$.start') as starts_at,
        json_timestamp(record, '$.end') as ends_at
    from raw.discounts
    where not coalesce(_deleted, false)
),
read as (
    select
        subscription_id,
        version_no,
        item_id,
        item_ordinal,
        ordinal,
        json_text(discount, '$') as discount_id,
        coalesce(json_text(discount, '$.source.coupon.id'), json_text(discount, '$.source.coupon'),
            json_text(discount, '$.coupon.id'), json_text(discount, '$.coupon'), json_text(discount, '$.coupon_id')) as coupon_id,
        coalesce(json_decimal(discount, '$.source.coupon.percent_off'), json_decimal(discount, '$.coupon.percent_off')) as percent_off,
        coalesce(json_decimal(discount, '$.source.coupon.amount_off'), json_decimal(discount, '$.coupon.amount_off')) as amount_off,
        lower(coalesce(json_text(discount, '$.source.coupon.currency'), json_text(discount, '$.coupon.currency'))) as currency,
        coalesce(json_text(discount, '$.source.coupon.duration'), json_text(discount, '$.coupon.duration')) as duration,
        json_timestamp(discount, '$.start') as starts_at,
        json_timestamp(discount, '$.end') as ends_at
    from held
),
named as (
    -- a bare id: the discount and its coupon come from their own tables
    select r.subscription_id, r.version_no, r.item_id, r.item_ordinal, r.ordinal,
        coalesce(r.coupon_id, l.coupon_id) as coupon_id, r.percent_off, r.amount_off, r.currency, r.duration,
        coalesce(r.starts_at, l.starts_at) as starts_at, coalesce(r.ends_at, l.ends_at) as ends_at
    from read r
    left join landed l on l.discount_id = r.discount_id
    union all
    -- loaders that flatten leave none on the subscription
    select v.subscription_id, v.version_no, cast(null as text), 0,
        row_number() over (partition by v.subscription_id, v.version_no order by l.starts_at, l.discount_id) - 1,
        l.coupon_id, cast(null as decimal), cast(null as decimal), cast(null as text), cast(null as text), l.starts_at, l.ends_at
    from normalized.subscription_versions v
    join landed l on l.subscription_id = v.subscription_id
    where v.discounts is null and v.discount is null
),
known as (
    select
        n.subscription_id,
        n.version_no,
        n.item_id,
        n.item_ordinal,
        n.ordinal,
        coalesce(n.percent_off, c.percent_off) as percent_off,
        coalesce(n.amount_off, c.amount_off) as amount_off,
        coalesce(n.currency, c.currency) as currency,
        coalesce(n.duration, c.duration) as duration,
        n.starts_at,
        n.ends_at
    from named n
    left join normalized.coupons c on c.coupon_id = n.coupon_id
)
select
    subscription_id,
    version_no,
    item_id,
    item_ordinal,
    ordinal,
    percent_off,
    amount_off,
    currency,
    duration,
    starts_at,
    case when duration = 'repeating' then ends_at end as ends_at
from known
where duration in ('forever', 'repeating') and (percent_off is not null or amount_off is not null)
