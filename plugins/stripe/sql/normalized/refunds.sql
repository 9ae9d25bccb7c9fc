-- Refunds, from their own table, from events, and from the charges that hold them.
-- One that names only its payment intent belongs to the charge of that intent.
with by_intent as (
    select payment_intent_id, arg_min(charge_id, case when status = 'succeeded' then 0 else 1 end) as charge_id
    from normalized.charges
    where payment_intent_id is not null
    group by payment_intent_id
),
versions as (
    select record as obj, record_id as id, cast(null as text) as charge_id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        cast(null as timestamp) as told_at, concat('refunds/', _connection, '/', record_id, '/', cast(_version as text)) as version_key,
        coalesce(_deleted, false) as is_deleted, true as is_live, _connection as connection, _ingested_at
    from raw.refunds_history
    union all
    select obj, object_id, cast(null as text), observed_at, case when is_event then observed_at end, version_key, is_deleted, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'refund'
    union all
    -- refunds of 2013 had no id
    select t.refund, coalesce(json_text(t.refund, '$.id'), concat(c.charge_id, '/', json_text(t.refund, '$.created'))), c.charge_id, c.observed_at,
        cast(null as timestamp), 'charge', false, c.is_live, c.connection, c._ingested_at
    from normalized.charges c
    cross join unnest(json_array(c.refunds, '$')) as t(refund)
),
read as (
    select
        v.id as refund_id,
        coalesce(json_text(v.obj, '$.charge.id'), json_text(v.obj, '$.charge'), json_text(v.obj, '$.charge_id'), v.charge_id) as charge_id,
        coalesce(json_text(v.obj, '$.payment_intent.id'), json_text(v.obj, '$.payment_intent'), json_text(v.obj, '$.payment_intent_id')) as payment_intent_id,
        coalesce(json_text(v.obj, '$.charge.customer.id'), json_text(v.obj, '$.charge.customer'), json_text(v.obj, '$.payment_intent.customer.id'),
            json_text(v.obj, '$.payment_intent.customer'), json_text(v.obj, '$.customer')) as customer_id,
        coalesce(lower(json_text(v.obj, '$.status')), 'succeeded') as status,
        nullif(json_text(v.obj, '$.reason'), '') as reason,
        nullif(json_text(v.obj, '$.failure_reason'), '') as failure_reason,
        lower(json_text(v.obj, '$.currency')) as currency,
        json_decimal(v.obj, '$.amount') as amount_minor,
        coalesce(json_timestamp(v.obj, '$.created'), v.told_at) as created_at,
        coalesce(json_bool(v.obj, '$.livemode'), v.is_live) as is_live,
        v.is_deleted or coalesce(json_bool(v.obj, '$.deleted'), json_bool(v.obj, '$.is_deleted'), false) as is_deleted,
        v.observed_at,
        v.told_at,
        v.version_key,
        o.place,
        v.connection,
        v._ingested_at
    from versions v
    left join normalized.object_order o on o.version_key = v.version_key
    where v.id is not null and coalesce(json_text(v.obj, '$.object'), 'refund') = 'refund'
),
marked as (
    select
        *,
        min(case when told_at is not null and status in ('failed', 'canceled') then told_at end) over (partition by refund_id) as failed_at,
        max(case when is_deleted then observed_at end) over (partition by refund_id) as last_deleted_at,
        max(case when not is_deleted then observed_at end) over (partition by refund_id) as last_seen_at
    from read
),
latest as (
    -- the last version that says something: a stub of a deletion does not
    select *
    from marked
    where amount_minor is not null
    qualify row_number() over (partition by refund_id
        order by observed_at desc, coalesce(place, 0) desc, told_at is null, _ingested_at desc, connection desc, version_key, charge_id, amount_minor, status) = 1
),
placed as (
    select l.*, coalesce(l.charge_id, i.charge_id) as all_charge_id
    from latest l
    left join by_intent i on i.payment_intent_id = l.payment_intent_id
)
select
    l.refund_id,
    l.all_charge_id as charge_id,
    coalesce(l.payment_intent_id, c.payment_intent_id) as payment_intent_id,
    coalesce(c.customer_id, l.customer_id) as customer_id,
    c.invoice_id,
    coalesce(c.billing_email, c.receipt_email) as payer_email,
    l.status,
    l.reason,
    l.failure_reason,
    coalesce(l.currency, c.currency) as currency,
    l.amount_minor / coalesce(m.minor_per_major, 100) as amount,
    l.created_at,
    l.failed_at,
    -- it is not in amount_refunded from then on
    case when l.status in ('failed', 'canceled') then coalesce(l.failed_at, l.observed_at) end as void_at,
    case when l.last_deleted_at >= coalesce(l.last_seen_at, l.last_deleted_at) then l.last_deleted_at end as deleted_at,
    l.connection,
    greatest(l._ingested_at, c._ingested_at) as _ingested_at
from placed l
left join normalized.charges c on c.charge_id = l.all_charge_id
left join normalized.currencies m on m.currency = coalesce(l.currency, c.currency)
where (l.is_live and coalesce(c.is_live, true)) or config('include_test')
