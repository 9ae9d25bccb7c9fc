-- What each refund gave back: its successful refund transactions, else its lines,
-- taxes and adjustments. What is no gift card lowers net sales.
with paid as (
    select order_key, refund_id, sum(amount) as amount
    from normalized.transactions
    where kind = 'refund' and status = 'success' and refund_id is not null
    group by order_key, refund_id
),
entries as (
    select r.order_key, r.refund_id, coalesce(json_decimal(t.line, '$.subtotal'), json_decimal(t.line, '$.subtotalSet.shopMoney.amount')) as subtotal,
        coalesce(json_decimal(t.line, '$.total_tax'), json_decimal(t.line, '$.totalTaxSet.shopMoney.amount'), 0) as tax
    from normalized.refund_records r
    cross join unnest(json_array(r.lines, '$')) as t(line)
    union all
    -- adjustments are negative where money went back
    select r.order_key, r.refund_id, -json_decimal(t.adjustment, '$.amount'), -coalesce(json_decimal(t.adjustment, '$.tax_amount'), 0)
    from normalized.refund_records r
    cross join unnest(json_array(r.adjustments, '$')) as t(adjustment)
    union all
    select r.order_key, r.refund_id, json_decimal(l.record, '$.subtotal'), coalesce(json_decimal(l.record, '$.total_tax'), 0)
    from raw.refund_lines l
    join normalized.refund_records r on r.refund_id = json_text(l.record, '$.refund_id')
    where r.lines is null
    union all
    select r.order_key, r.refund_id, -json_decimal(a.record, '$.amount'), -coalesce(json_decimal(a.record, '$.tax_amount'), 0)
    from raw.order_adjustments a
    join normalized.refund_records r on r.refund_id = json_text(a.record, '$.refund_id')
    where r.adjustments is null
),
listed as (
    select order_key, refund_id, sum(subtotal) as subtotal, sum(subtotal + tax) as amount
    from entries
    group by order_key, refund_id
)
select
    r.order_key,
    r.refund_id,
    coalesce(r.refunded_at, o.updated_at, o.observed_at) as refunded_at,
    r.note,
    coalesce(p.amount, r.total_refunded, l.amount, 0) as refund_amount,
    coalesce(l.subtotal, p.amount, r.total_refunded, 0) as returned_sales,
    o.currency,
    r._ingested_at
from normalized.refund_records r
join normalized.orders o on o.order_key = r.order_key
left join paid p on p.order_key = r.order_key and p.refund_id = r.refund_id
left join listed l on l.order_key = r.order_key and l.refund_id = r.refund_id
