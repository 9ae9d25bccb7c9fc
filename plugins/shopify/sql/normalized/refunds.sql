-- What each refund gave back: its successful refund transactions, else its total, else its lines, taxes and adjustments. A
-- refund whose list of payments is empty gave nothing back. What is no gift card lowers net sales. Each amount has its own currency.
with paid as (
    select order_key, refund_id, case when count(distinct currency) <= 1 then sum(amount) end as amount, max(currency) as currency, count(*) as n_paid
    from normalized.transactions
    where kind = 'refund' and status = 'success' and refund_id is not null
    group by order_key, refund_id
),
entries as (
    select r.order_key, r.refund_id, 1 as sign, read_item(t.line) as entry, r.order_currency
    from normalized.refund_records r
    cross join unnest(json_array(r.lines, '$')) as t(line)
    union all
    -- adjustments are negative where money went back
    select r.order_key, r.refund_id, -1, read_item(t.adjustment), r.order_currency
    from normalized.refund_records r
    cross join unnest(json_array(r.adjustments, '$')) as t(adjustment)
    union all
    select r.order_key, r.refund_id, case when p.part = 'refund_line' then 1 else -1 end, p.entry, r.order_currency
    from normalized.parts p
    join normalized.refund_records r on r.shop_key = p.shop_key and r.refund_id = p.refund_id
    where (p.part = 'refund_line' and r.lines is null) or (p.part = 'adjustment' and r.adjustments is null)
),
read as (
    select
        order_key,
        refund_id,
        read_id(entry, 'line_item.id', 'order_line.id') as line_id,
        sign * case when sign = 1 then read_money(entry, 'subtotal') else read_money(entry, 'amount') end as subtotal,
        sign * coalesce(case when sign = 1 then read_money(entry, 'total_tax') else read_money(entry, 'tax_amount') end, 0) as tax,
        coalesce(case when sign = 1 then read_unit(entry, 'subtotal') else read_unit(entry, 'amount') end, order_currency) as currency
    from entries
),
gift_cards as (
    select distinct order_key, line_id
    from normalized.order_lines
    where is_gift_card and line_id is not null
),
listed as (
    select
        e.order_key,
        e.refund_id,
        case when count(distinct e.currency) <= 1 then sum(case when g.line_id is null then e.subtotal else 0 end) end as subtotal,
        case when count(distinct e.currency) <= 1 then sum(e.subtotal + e.tax) end as amount,
        max(e.currency) as currency
    from read e
    left join gift_cards g on g.order_key = e.order_key and g.line_id = e.line_id
    group by e.order_key, e.refund_id
),
summed as (
    select
        r.*,
        p.amount as paid_amount,
        p.currency as paid_currency,
        l.subtotal,
        l.amount as listed_amount,
        l.currency as listed_currency,
        case
            when p.n_paid > 0 then 'paid'
            when r.total_refunded is not null then 'total'
            when r.transactions is not null then 'none'
            when l.order_key is not null then 'listed'
            else 'none'
        end as basis
    from normalized.refund_records r
    left join paid p on p.order_key = r.order_key and p.refund_id = r.refund_id
    left join listed l on l.order_key = r.order_key and l.refund_id = r.refund_id
)
select
    order_key,
    refund_id,
    refunded_at,
    note,
    case basis when 'paid' then paid_amount when 'total' then total_refunded when 'listed' then listed_amount else 0 end as refund_amount,
    coalesce(case basis when 'paid' then paid_currency when 'total' then total_currency when 'listed' then listed_currency end, order_currency) as currency,
    -- goods that were taken off an order before anything was paid for them
    case when basis in ('total', 'none') and coalesce(total_refunded, 0) = 0 and (total_refunded = 0 or json_type(transactions, '$[0]') is null) then listed_amount end as unpaid_amount,
    coalesce(subtotal, case basis when 'paid' then paid_amount when 'total' then total_refunded end, 0) as returned_sales,
    coalesce(case when subtotal is not null then listed_currency when basis = 'paid' then paid_currency when basis = 'total' then total_currency end, order_currency) as returned_currency,
    is_deleted,
    deleted_at,
    _ingested_at
from summed
