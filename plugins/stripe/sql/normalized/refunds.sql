-- Refunds, from their own table, from events, and from the charges that hold them.
with versions as (
    select record as obj, record_id as id, cast(null as text) as charge_id, coalesce(_source_updated_at, _ingested_at) as observed_at,
        cast(null as text) as event_type, true as is_live, _connection as connection, _ingested_at
    from raw.refunds
    where not coalesce(_deleted, false)
    union all
    select obj, object_id, cast(null as text), observed_at, event_type, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'refund'
    union all
    select t.refund, json_text(t.refund, '$.id'), c.charge_id, c.observed_at, cast(null as text), c.is_live, c.connection, c._ingested_at
    from normalized.charges c
    cross join unnest(json_array(c.refunds, '$')) as t(refund)
),
read as (
    select
        id as refund_id,
        coalesce(json_text(obj, '$.charge.id'), json_text(obj, '$.charge'), json_text(obj, '$.charge_id'), charge_id) as charge_id,
        coalesce(json_text(obj, '$.payment_intent.id'), json_text(obj, '$.payment_intent'), json_text(obj, '$.payment_intent_id')) as payment_intent_id,
        coalesce(lower(json_text(obj, '$.status')), 'succeeded') as status,
        nullif(json_text(obj, '$.reason'), '') as reason,
        nullif(json_text(obj, '$.failure_reason'), '') as failure_reason,
        lower(json_text(obj, '$.currency')) as currency,
        json_decimal(obj, '$.amount') as amount_minor,
        json_timestamp(obj, '$.created') as created_at,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        observed_at,
        event_type,
        connection,
        _ingested_at
    from versions
    where id is not null
),
marked as (
    select
        *,
        min(case when event_type in ('refund.failed', 'charge.refund.updated', 'refund.updated') and status in ('failed', 'canceled') then observed_at end)
            over (partition by refund_id) as failed_at
    from read
),
latest as (
    select *
    from marked
    qualify row_number() over (partition by refund_id order by observed_at desc, event_type is null, _ingested_at desc, connection desc, event_type, charge_id) = 1
)
select
    l.refund_id,
    l.charge_id,
    coalesce(l.payment_intent_id, c.payment_intent_id) as payment_intent_id,
    c.customer_id,
    c.invoice_id,
    coalesce(c.billing_email, c.receipt_email) as payer_email,
    l.status,
    l.reason,
    l.failure_reason,
    coalesce(l.currency, c.currency) as currency,
    l.amount_minor / coalesce(m.minor_per_major, 100) as amount,
    coalesce(l.created_at, l.observed_at) as created_at,
    l.failed_at,
    l.connection,
    greatest(l._ingested_at, c._ingested_at) as _ingested_at
from latest l
left join normalized.charges c on c.charge_id = l.charge_id
left join normalized.currencies m on m.currency = coalesce(l.currency, c.currency)
where (l.is_live and coalesce(c.is_live, true)) or config('include_test')
