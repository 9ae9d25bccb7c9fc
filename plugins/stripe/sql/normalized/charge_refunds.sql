-- What went back of a charge and is no refund that was landed: amount_refunded says how much in
-- all, less what was never captured, its versions say when. What refunds of that time explain is theirs; no refund counts twice.
with known as (
    -- a refund under way is in amount_refunded; one that failed is not, once it has
    select r.charge_id, sum(r.amount) as amount
    from normalized.refunds r
    join normalized.charges c on c.charge_id = r.charge_id
    where r.status not in ('failed', 'canceled') or r.void_at > c.observed_at
    group by r.charge_id
),
short as (
    select
        c.charge_id, c.customer_id, c.payment_intent_id, c.invoice_id, coalesce(c.billing_email, c.receipt_email) as payer_email, c.currency, c.minor_per_major,
        c.created_at, c.observed_at, c.amount_refunded, c.released, c.amount_refunded - c.released - coalesce(k.amount, 0) as unexplained, c._ingested_at
    from normalized.charges c
    left join known k on k.charge_id = c.charge_id
    where c.amount_refunded - c.released > coalesce(k.amount, 0) and (c.is_live or config('include_test'))
),
versions as (
    select s.charge_id, json_decimal(v.record, '$.amount_refunded') as amount_minor, coalesce(v._source_updated_at, nullif(v._ingested_at, timestamp '1970-01-01T00:00:00Z')) as at,
        false as is_event, coalesce(json_bool(v.record, '$.refunded'), false) as is_refunded
    from raw.charges_history v
    join short s on s.charge_id = v.record_id
    union all
    select s.charge_id, json_decimal(v.obj, '$.amount_refunded'), v.observed_at, v.is_event, coalesce(json_bool(v.obj, '$.refunded'), false)
    from normalized.streamed_objects v
    join short s on s.charge_id = v.object_id
    where v.object_type = 'charge'
    union all
    -- of those that another object holds, and those without an amount: the last one
    select charge_id, amount_refunded * minor_per_major, observed_at, false, true
    from short
),
steps as (
    select v.charge_id, coalesce(v.at, s.created_at) as at, max(v.amount_minor / s.minor_per_major - s.released) as amount, bool_or(v.is_event) as is_event
    from versions v
    join short s on s.charge_id = v.charge_id
    where v.amount_minor / s.minor_per_major > s.released
    group by v.charge_id, coalesce(v.at, s.created_at)
),
explained as (
    select p.charge_id, p.at, p.amount, p.is_event, sum(case when r.created_at <= p.at and (r.is_valid or r.void_at > p.at) then r.amount end) as known
    from steps p
    left join (
        select charge_id, created_at, amount, void_at, status not in ('failed', 'canceled') as is_valid from normalized.refunds
    ) r on r.charge_id = p.charge_id
    group by p.charge_id, p.at, p.amount, p.is_event
),
left_over as (
    select e.charge_id, e.at, e.is_event, least(greatest(e.amount - coalesce(e.known, 0), 0), s.unexplained) as amount
    from explained e
    join short s on s.charge_id = e.charge_id
),
grown as (
    select
        charge_id, at, is_event,
        amount - coalesce(max(amount) over (partition by charge_id order by at rows between unbounded preceding and 1 preceding), 0) as amount
    from left_over
)
select
    concat(g.charge_id, '/', cast(row_number() over (partition by g.charge_id order by g.at) as text)) as refund_id,
    g.charge_id,
    s.payment_intent_id,
    s.customer_id,
    s.invoice_id,
    s.payer_email,
    s.currency,
    g.amount,
    g.at as refunded_at,
    not g.is_event as is_observed,
    s._ingested_at
from grown g
join short s on s.charge_id = g.charge_id
where g.amount > 0
