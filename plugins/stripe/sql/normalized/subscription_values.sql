-- What a subscription was worth a month from each instant at which that could have
-- changed: versions, items added, discounts begun and over. Whether it counts (active, past_due) is the timeline's.
with points as (
    select subscription_id, entered_at as at from normalized.subscription_lifecycle
    union all
    select subscription_id, version_at from normalized.subscription_versions where version_no > 1
    union all
    select subscription_id, item_at from normalized.subscription_items where item_at is not null
    union all
    select subscription_id, gone_at from normalized.subscription_items where gone_at is not null
    union all
    select subscription_id, starts_at from normalized.subscription_discounts where starts_at is not null
    union all
    select subscription_id, ends_at from normalized.subscription_discounts where ends_at is not null and ends_at <= as_of()
    union all
    select subscription_id, changed_at from normalized.subscription_cancellations
),
marks as (
    select distinct subscription_id, at from points where at is not null
),
governed as (
    select m.subscription_id, m.at, v.version_no, v._ingested_at
    from marks m
    join normalized.subscription_versions v
        on v.subscription_id = m.subscription_id
        and (v.version_no = 1 or v.version_at <= m.at)
        and (v.next_version_at is null or m.at < v.next_version_at)
),
present as (
    select
        g.subscription_id,
        g.at,
        i.item_id,
        i.ordinal,
        i.price_id,
        i.product_id,
        i.plan_name,
        i.quantity,
        i.is_metered,
        i.currency,
        i.interval_unit,
        i.interval_count,
        i.intervals_a_year,
        i.minor_per_major,
        i.gross_month
    from governed g
    join normalized.subscription_items i
        on i.subscription_id = g.subscription_id
        and i.version_no = g.version_no
        and (i.item_at is null or i.item_at <= g.at)
        and (i.gone_at is null or g.at < i.gone_at)
),
billed as (
    select subscription_id, at, arg_min(currency, ordinal) as currency
    from present
    group by subscription_id, at
),
lasting as (
    -- an amount in another currency than the items takes nothing off
    select g.subscription_id, g.at, d.item_id, d.item_ordinal, d.ordinal, d.percent_off, case when d.currency = b.currency then d.amount_off end as amount_off,
        case when d.currency = b.currency then d.currency end as currency, d.products, d.is_unknown
    from governed g
    left join billed b on b.subscription_id = g.subscription_id and b.at = g.at
    join normalized.subscription_discounts d
        on d.subscription_id = g.subscription_id
        and d.version_no = g.version_no
        and (d.starts_at is null or d.starts_at <= g.at)
        and (d.ends_at is null or g.at < d.ends_at)
),
reaching as (
    select subscription_id, at, case when item_id is null then 'all' else 'item' end as reach, item_id, item_ordinal, ordinal, percent_off, amount_off, currency, is_unknown
    from lasting
    where products is null
    union all
    -- a coupon of some products is a discount of each of their items; whether an item without a product is one of them is not known
    select l.subscription_id, l.at, case when l.item_id is null then 'some' else 'item' end, p.item_id, p.ordinal as item_ordinal, l.ordinal,
        l.percent_off, l.amount_off, l.currency, l.is_unknown or p.product_id is null
    from lasting l
    join present p on p.subscription_id = l.subscription_id and p.at = l.at
    where l.products is not null
        and (l.item_id is null or (l.item_id = p.item_id and l.item_ordinal = p.ordinal))
        and (p.product_id is null or contains(l.products, concat('|', p.product_id, '|')))
),
off as (
    select
        *,
        row_number() over (partition by subscription_id, at, reach, item_id, item_ordinal, percent_off is null order by ordinal, percent_off, amount_off) as place
    from reaching
),
reductions as (
    -- percentages apply one after the other; a fifth would need one more line here, and until then it is not known
    select
        subscription_id,
        at,
        reach,
        item_id,
        item_ordinal,
        case
            when count(percent_off) > 4 or bool_or(is_unknown) then null
            else coalesce(max(case when place = 1 then 1 - percent_off / 100 end), 1)
                * coalesce(max(case when place = 2 then 1 - percent_off / 100 end), 1)
                * coalesce(max(case when place = 3 then 1 - percent_off / 100 end), 1)
                * coalesce(max(case when place = 4 then 1 - percent_off / 100 end), 1)
        end as factor,
        coalesce(sum(amount_off), 0) as amount_off,
        max(currency) as currency
    from off
    group by subscription_id, at, reach, item_id, item_ordinal
),
netted as (
    select
        p.*,
        greatest(
            p.gross_month * coalesce(r.factor, case when r.subscription_id is null then 1 end)
                - case when r.currency = p.currency then r.amount_off * p.intervals_a_year / (12 * p.interval_count * p.minor_per_major) else 0 end,
            case when p.gross_month is not null and (r.subscription_id is null or r.factor is not null) then 0 end
        ) as item_month,
        coalesce(s.factor, case when s.subscription_id is null then 1 end) as factor,
        s.amount_off > 0 and s.currency = p.currency as is_cut
    from present p
    left join reductions r
        on r.subscription_id = p.subscription_id and r.at = p.at and r.reach = 'item' and r.item_id = p.item_id and r.item_ordinal = p.ordinal
    left join reductions s
        on s.subscription_id = p.subscription_id and s.at = p.at and s.reach = 'some' and s.item_id = p.item_id and s.item_ordinal = p.ordinal
),
items as (
    select *, item_month * factor as net_month, interval_count * minor_per_major as minor_per_interval
    from netted
),
amounts as (
    select subscription_id, at, products, currency, sum(amount_off) as amount_off
    from lasting
    where products is not null and item_id is null and amount_off is not null
    group by subscription_id, at, products, currency
),
parts as (
    select
        a.subscription_id,
        a.at,
        a.amount_off,
        sum(i.net_month) as net_month,
        arg_min(i.intervals_a_year, i.ordinal) as intervals_a_year,
        arg_min(i.minor_per_interval, i.ordinal) as minor_per_interval
    from amounts a
    join items i on i.subscription_id = a.subscription_id and i.at = a.at and i.currency = a.currency and contains(a.products, concat('|', i.product_id, '|'))
    group by a.subscription_id, a.at, a.products, a.currency, a.amount_off
),
cuts as (
    -- an amount off some products takes no more than they come to
    select p.subscription_id, p.at, p.amount_off * p.intervals_a_year / (12 * p.minor_per_interval) as amount_month, p.net_month * coalesce(r.factor, 1) as net_month
    from parts p
    left join reductions r on r.subscription_id = p.subscription_id and r.at = p.at and r.reach = 'all'
),
cut as (
    select subscription_id, at, sum(least(amount_month, net_month)) as amount_month
    from cuts
    group by subscription_id, at
),
sums as (
    select
        subscription_id,
        at,
        case when count(gross_month) = count(*) then sum(gross_month) end as gross_month,
        case when count(net_month) = count(*) then sum(net_month) end as net_month,
        sum(case when is_cut then net_month end) as cut_month,
        sum(quantity) as quantity,
        bool_or(is_metered) as has_metered,
        string_agg(plan_name, ' + ' order by ordinal, item_id) as plan_name,
        arg_min(price_id, ordinal) as price_id,
        arg_min(product_id, ordinal) as product_id,
        arg_min(currency, ordinal) as currency,
        arg_min(interval_unit, ordinal) as interval_unit,
        arg_min(interval_count, ordinal) as interval_count,
        arg_min(intervals_a_year, ordinal) as intervals_a_year,
        arg_min(minor_per_major, ordinal) as minor_per_major
    from items
    group by subscription_id, at
),
reduced as (
    select
        s.*,
        s.net_month * coalesce(r.factor, case when r.subscription_id is null then 1 end) as month,
        least(c.amount_month, s.cut_month * coalesce(r.factor, 1)) as part_off,
        case when r.currency = s.currency then r.amount_off * s.intervals_a_year / (12 * s.interval_count * s.minor_per_major) end as month_off
    from sums s
    left join reductions r on r.subscription_id = s.subscription_id and r.at = s.at and r.reach = 'all'
    left join cut c on c.subscription_id = s.subscription_id and c.at = s.at
)
select
    g.subscription_id,
    g.at,
    g.version_no,
    s.gross_month as mrr_gross,
    case when s.month is not null then greatest(0, s.month - coalesce(s.part_off, 0) - coalesce(s.month_off, 0)) end as mrr_net,
    s.quantity,
    coalesce(s.has_metered, false) as has_metered,
    s.plan_name,
    s.price_id,
    s.product_id,
    s.currency,
    s.interval_unit,
    s.interval_count,
    g._ingested_at
from governed g
left join reduced s on s.subscription_id = g.subscription_id and s.at = g.at
