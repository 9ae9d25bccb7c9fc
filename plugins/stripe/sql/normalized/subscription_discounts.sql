-- Discounts of each version of a subscription and of its items (item_id), those
-- that lower recurring revenue: forever, and repeating while they last. One that is given once is none.
-- A customer's own discount is that of its subscriptions that have none. Of a discount or
-- coupon that is named and was not landed, nothing is known (is_unknown). Stripe's own tables
-- (Sigma, Data Pipeline) keep discount_coupon_id on the record, which then is the discount.
-- products: those that its coupon applies to (|a|b|), NULL for all. A coupon that was not expanded does not say; the tables of coupons and discounts may.
with kept as (
    -- a customer's discount, and when a later version did without
    select customer_id, version_no, observed_at,
        coalesce(json_text(discount, '$'), nullif(json_text(discount, '$.discount_coupon_id'), ''), json_text(discount, '$.id'), json_text(discount, '$.source.coupon.id'),
            json_text(discount, '$.source.coupon'), json_text(discount, '$.coupon.id'), json_text(discount, '$.coupon'), case when discount is not null then 'discount' end) as discount_key
    from normalized.customer_versions
    where is_full
),
last_kept as (
    select customer_id, discount_key, max(version_no) as last_no
    from kept
    where discount_key is not null
    group by customer_id, discount_key
),
taken as (
    select l.customer_id, l.last_no, min(n.observed_at) as gone_at
    from last_kept l
    left join kept n on n.customer_id = l.customer_id and n.version_no > l.last_no
    group by l.customer_id, l.last_no
),
landings as (
    select record as obj, record_id as id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        coalesce(_deleted, false) as is_deleted, concat('discounts/', _connection, '/', record_id) as version_key, _ingested_at,
        coalesce(json_text(record, '$._dlt_parent_id'), json_text(record, '$._sdc_source_key_id')) as parent_key
    from raw.discounts
    union all
    select obj, object_id, observed_at, is_deleted or coalesce(event_type = 'customer.discount.deleted', false), version_key, _ingested_at, cast(null as text)
    from normalized.streamed_objects
    where object_type = 'discount'
),
owned as (
    -- dlt and Stitch keep a list as rows that name their parent's; of ids, a row has one as its value
    select o.*, p.object_type as parent_type, coalesce(p.object_id, s.object_id) as parent_id
    from landings o
    left join normalized.loader_rows p on p.row_key = o.parent_key
    left join (select distinct subscription_id as object_id from normalized.subscription_versions) s on s.object_id = o.parent_key
),
landed as (
    select
        coalesce(json_text(obj, '$.id'), id) as discount_id,
        coalesce(json_text(obj, '$.customer.id'), json_text(obj, '$.customer'), json_text(obj, '$.customer_id'), case when parent_type = 'customer' then parent_id end) as customer_id,
        coalesce(json_text(obj, '$.subscription.id'), json_text(obj, '$.subscription'), json_text(obj, '$.subscription_id'),
            case when coalesce(parent_type, 'subscription') = 'subscription' then parent_id end) as subscription_id,
        coalesce(json_text(obj, '$.subscription_item.id'), json_text(obj, '$.subscription_item'), json_text(obj, '$.subscription_item_id'),
            case when parent_type = 'subscription_item' then parent_id end) as item_id,
        coalesce(json_bigint(obj, '$._dlt_list_idx'), json_bigint(obj, '$._sdc_level_0_id')) as place,
        obj as discount,
        case when is_deleted then observed_at end as gone_at
    from owned
    -- gone, and nobody knows when: not there
    where not (is_deleted and observed_at is null)
    qualify row_number() over (partition by coalesce(json_text(obj, '$.id'), id) order by observed_at desc, is_deleted desc, _ingested_at desc, version_key) = 1
),
own as (
    select v.subscription_id, v.version_no, cast(null as text) as item_id, 0 as item_ordinal, t.ordinal, t.discount, cast(null as timestamp) as gone_at
    from normalized.subscription_versions v
    cross join unnest(json_array(v.discounts, '$')) as t(discount, ordinal)
    where v.discounts is not null
    union all
    select subscription_id, version_no, cast(null as text), 0, 0, discount, cast(null as timestamp)
    from normalized.subscription_versions
    where discount is not null and coalesce(json_type(discounts, '$[0]'), 'null') = 'null'
    union all
    -- loaders that flatten leave none on the subscription
    select v.subscription_id, v.version_no, cast(null as text), 0,
        row_number() over (partition by v.subscription_id, v.version_no order by l.place, json_timestamp(l.discount, '$.start'), l.discount_id) - 1,
        l.discount, l.gone_at
    from normalized.subscription_versions v
    join landed l on l.subscription_id = v.subscription_id
    where v.discounts is null and v.discount is null and l.item_id is null
),
owners as (
    select distinct subscription_id, version_no from own
),
held as (
    select subscription_id, version_no, item_id, item_ordinal, ordinal, discount, gone_at
    from own
    union all
    select v.subscription_id, v.version_no, coalesce(json_text(i.item, '$.id'), v.subscription_id), i.ordinal as item_ordinal, t.ordinal, t.discount, cast(null as timestamp)
    from normalized.subscription_versions v
    cross join unnest(json_array(v.items, '$')) as i(item, ordinal)
    cross join unnest(json_array(i.item, '$.discounts')) as t(discount, ordinal)
    union all
    select v.subscription_id, v.version_no, l.item_id, i.ordinal, coalesce(l.place, 0), l.discount, l.gone_at
    from normalized.subscription_versions v
    join normalized.loose_items i on i.subscription_id = v.subscription_id
    join landed l on l.item_id = i.item_id
    where v.items is null
    union all
    select v.subscription_id, v.version_no, cast(null as text), 0, 0, c.discount, k.gone_at
    from normalized.subscription_versions v
    left join owners o on o.subscription_id = v.subscription_id and o.version_no = v.version_no
    join taken k on k.customer_id = v.customer_id
    join normalized.customer_versions c on c.customer_id = k.customer_id and c.version_no = k.last_no
    where o.subscription_id is null
    union all
    select v.subscription_id, v.version_no, cast(null as text), 0, 0, l.discount, l.gone_at
    from normalized.subscription_versions v
    left join owners o on o.subscription_id = v.subscription_id and o.version_no = v.version_no
    join landed l on l.customer_id = v.customer_id and l.subscription_id is null and l.item_id is null
    left join (select distinct customer_id from taken) k on k.customer_id = v.customer_id
    where o.subscription_id is null and k.customer_id is null
),
read as (
    select
        subscription_id,
        version_no,
        item_id,
        item_ordinal,
        ordinal,
        coalesce(json_text(discount, '$'), nullif(json_text(discount, '$.discount_coupon_id'), ''), json_text(discount, '$.id'), json_text(discount, '$.value')) as discount_id,
        coalesce(json_text(discount, '$.source.coupon.id'), json_text(discount, '$.source.coupon'),
            json_text(discount, '$.coupon.id'), json_text(discount, '$.coupon'), json_text(discount, '$.coupon_id'),
            nullif(json_text(discount, '$.discount_coupon_id'), '')) as coupon_id,
        coalesce(json_decimal(discount, '$.source.coupon.percent_off'), json_decimal(discount, '$.coupon.percent_off')) as percent_off,
        coalesce(json_decimal(discount, '$.source.coupon.amount_off'), json_decimal(discount, '$.coupon.amount_off')) as amount_off,
        lower(coalesce(json_text(discount, '$.source.coupon.currency'), json_text(discount, '$.coupon.currency'))) as currency,
        coalesce(json_text(discount, '$.source.coupon.duration'), json_text(discount, '$.coupon.duration')) as duration,
        coalesce(json_bigint(discount, '$.source.coupon.duration_in_months'), json_bigint(discount, '$.coupon.duration_in_months')) as duration_months,
        coalesce(json_timestamp(discount, '$.discount_start'), json_timestamp(discount, '$.start')) as starts_at,
        coalesce(json_timestamp(discount, '$.discount_end'), json_timestamp(discount, '$.end')) as ends_at,
        coalesce(json_extract(discount, '$.source.coupon'), json_extract(discount, '$.coupon')) as coupon,
        gone_at
    from held
),
limits as (
    -- what the coupon on the subscription says itself comes before what others say of it
    select r.subscription_id as holder, r.coupon_id, coalesce(json_text(t.product, '$.id'), json_text(t.product, '$')) as product_id
    from read r
    cross join unnest(json_array(coalesce(cast(json_text(r.coupon, '$.applies_to.products') as json), json_extract(r.coupon, '$.applies_to.products'),
        json_extract(cast(json_text(r.coupon, '$.applies_to') as json), '$.products')), '$')) as t(product)
    where r.coupon is not null
    union all
    select '', coalesce(json_text(l.discount, '$.source.coupon.id'), json_text(l.discount, '$.coupon.id')),
        coalesce(json_text(t.product, '$.id'), json_text(t.product, '$'))
    from landed l
    cross join unnest(json_array(coalesce(json_extract(l.discount, '$.source.coupon.applies_to.products'),
        json_extract(l.discount, '$.coupon.applies_to.products')), '$')) as t(product)
    union all
    select '', coupon_id, product_id
    from normalized.coupon_products
),
limited as (
    select distinct holder, coupon_id, product_id from limits where product_id is not null
),
scopes as (
    select holder, coupon_id, concat('|', string_agg(product_id, '|' order by product_id), '|') as products
    from limited
    group by holder, coupon_id
),
expanded as (
    -- a discount that one version names by id, another place may hold whole
    select
        coalesce(json_text(discount, '$.id'), discount_id) as discount_id,
        coalesce(json_text(discount, '$.source.coupon.id'), json_text(discount, '$.source.coupon'), json_text(discount, '$.coupon.id'),
            json_text(discount, '$.coupon'), json_text(discount, '$.coupon_id')) as coupon_id,
        coalesce(json_decimal(discount, '$.source.coupon.percent_off'), json_decimal(discount, '$.coupon.percent_off')) as percent_off,
        coalesce(json_decimal(discount, '$.source.coupon.amount_off'), json_decimal(discount, '$.coupon.amount_off')) as amount_off,
        lower(coalesce(json_text(discount, '$.source.coupon.currency'), json_text(discount, '$.coupon.currency'))) as currency,
        coalesce(json_text(discount, '$.source.coupon.duration'), json_text(discount, '$.coupon.duration')) as duration,
        coalesce(json_bigint(discount, '$.source.coupon.duration_in_months'), json_bigint(discount, '$.coupon.duration_in_months')) as duration_months,
        json_timestamp(discount, '$.start') as starts_at,
        json_timestamp(discount, '$.end') as ends_at
    from landed
    union all
    select coalesce(nullif(json_text(discount, '$.discount_coupon_id'), ''), json_text(discount, '$.id')),
        coalesce(json_text(discount, '$.source.coupon.id'), json_text(discount, '$.source.coupon'), json_text(discount, '$.coupon.id'), json_text(discount, '$.coupon')),
        coalesce(json_decimal(discount, '$.source.coupon.percent_off'), json_decimal(discount, '$.coupon.percent_off')),
        coalesce(json_decimal(discount, '$.source.coupon.amount_off'), json_decimal(discount, '$.coupon.amount_off')),
        lower(coalesce(json_text(discount, '$.source.coupon.currency'), json_text(discount, '$.coupon.currency'))),
        coalesce(json_text(discount, '$.source.coupon.duration'), json_text(discount, '$.coupon.duration')),
        coalesce(json_bigint(discount, '$.source.coupon.duration_in_months'), json_bigint(discount, '$.coupon.duration_in_months')),
        coalesce(json_timestamp(discount, '$.discount_start'), json_timestamp(discount, '$.start')), coalesce(json_timestamp(discount, '$.discount_end'), json_timestamp(discount, '$.end'))
    from normalized.subscription_versions
    where discount is not null
    union all
    select discount_id, coupon_id, percent_off, amount_off, currency, duration, duration_months, starts_at, ends_at
    from read
    where coupon_id is not null
),
by_id as (
    select
        discount_id, max(coupon_id) as coupon_id, max(percent_off) as percent_off, max(amount_off) as amount_off, max(currency) as currency, max(duration) as duration,
        max(duration_months) as duration_months, min(starts_at) as starts_at, max(ends_at) as ends_at
    from expanded
    where discount_id is not null
    group by discount_id
),
known as (
    select
        n.subscription_id,
        n.version_no,
        n.item_id,
        n.item_ordinal,
        n.ordinal,
        coalesce(n.discount_id, n.coupon_id, l.coupon_id) as discount_id,
        coalesce(n.percent_off, l.percent_off, c.percent_off) as percent_off,
        coalesce(n.amount_off, l.amount_off, c.amount_off) as amount_off,
        coalesce(n.currency, l.currency, c.currency) as currency,
        coalesce(n.duration, l.duration, c.duration) as duration,
        coalesce(n.duration_months, l.duration_months, c.duration_months) as duration_months,
        coalesce(n.starts_at, l.starts_at) as starts_at,
        coalesce(n.ends_at, l.ends_at) as ends_at,
        coalesce(o.products, a.products) as products,
        n.gone_at
    from read n
    -- what a discount says itself comes before what others say of it
    left join by_id l on l.discount_id = n.discount_id and n.percent_off is null and n.amount_off is null
    left join normalized.coupons c on c.coupon_id = coalesce(n.coupon_id, l.coupon_id)
    left join scopes o on o.coupon_id = coalesce(n.coupon_id, l.coupon_id) and o.holder = n.subscription_id
    left join scopes a on a.coupon_id = coalesce(n.coupon_id, l.coupon_id) and a.holder = ''
)
select
    subscription_id,
    version_no,
    item_id,
    item_ordinal,
    ordinal,
    discount_id,
    percent_off,
    amount_off,
    currency,
    products,
    duration,
    starts_at,
    least(case when coalesce(duration, 'repeating') = 'repeating' then coalesce(ends_at, date_add('month', duration_months, starts_at)) end, gone_at) as ends_at,
    duration is null or (percent_off is null and amount_off is null) as is_unknown
from known
where coalesce(duration, 'unknown') <> 'once' and (discount_id is not null or percent_off is not null or amount_off is not null)
