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
off as (
    select
        g.subscription_id,
        g.at,
        d.item_id,
        d.item_ordinal,
        d.percent_off,
        d.amount_off,
        d.currency,
        d.is_unknown,
        row_number() over (partition by g.subscription_id, g.at, d.item_id, d.item_ordinal, d.percent_off is null order by d.ordinal, d.percent_off, d.amount_off) as place
    from governed g
    join normalized.subscription_discounts d
        on d.subscription_id = g.subscription_id
        and d.version_no = g.version_no
        and (d.starts_at is null or d.starts_at <= g.at)
        and (d.ends_at is null or g.at < d.ends_at)
),
reductions as (
    -- percentages apply one after the other; a fifth would need one more line here, and until then it is not known
    select
        subscription_id,
        at,
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
    group by subscription_id, at, item_id, item_ordinal
),
items as (
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
        i.gross_month,
        greatest(
            i.gross_month * coalesce(r.factor, case when r.subscription_id is null then 1 end)
                - case when r.currency = i.currency then r.amount_off * i.intervals_a_year / (12 * i.interval_count * i.minor_per_major) else 0 end,
            case when i.gross_month is not null and (r.subscription_id is null or r.factor is not null) then 0 end
        ) as net_month
    from governed g
    join normalized.subscription_items i
        on i.subscription_id = g.subscription_id
        and i.version_no = g.version_no
        and (i.item_at is null or i.item_at <= g.at)
        and (i.gone_at is null or g.at < i.gone_at)
    left join reductions r
        on r.subscription_id = g.subscription_id and r.at = g.at and r.item_id = i.item_id and r.item_ordinal = i.ordinal
),
sums as (
    select
        subscription_id,
        at,
        case when count(gross_month) = count(*) then sum(gross_month) end as gross_month,
        case when count(net_month) = count(*) then sum(net_month) end as net_month,
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
)
select
    g.subscription_id,
    g.at,
    g.version_no,
    s.gross_month as mrr_gross,
    case
        when r.subscription_id is null then s.net_month
        when r.factor is null then null
        else greatest(0, s.net_month * r.factor
            - case when r.currency = s.currency then r.amount_off * s.intervals_a_year / (12 * s.interval_count * s.minor_per_major) else 0 end)
    end as mrr_net,
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
left join sums s on s.subscription_id = g.subscription_id and s.at = g.at
left join reductions r on r.subscription_id = g.subscription_id and r.at = g.at and r.item_id is null
