-- What goes back of charges, as it is now: refunds and disputes, from their own tables, from events,
-- and from the charges that hold them. One that names only its payment intent belongs to the charge of that intent.
with by_intent as (
    select payment_intent_id, arg_min(charge_id, case when status = 'succeeded' then 0 else 1 end) as charge_id
    from normalized.charges
    where payment_intent_id is not null
    group by payment_intent_id
),
versions as (
    -- loaders that keep a charge's list of refunds apart name its row, or it
    select 'refund' as object_type, r.record as obj, r.record_id as id, coalesce(p.object_id, json_text(r.record, '$._sdc_source_key_id')) as charge_id,
        coalesce(r._source_updated_at, nullif(r._ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        cast(null as text) as event_type, concat('refunds/', r._connection, '/', r.record_id, '/', cast(r._version as text)) as version_key,
        coalesce(r._deleted, false) as is_deleted, true as is_live, r._connection as connection, r._ingested_at
    from raw.refunds_history r
    left join normalized.loader_rows p on p.object_type = 'charge' and p.row_key = json_text(r.record, '$._dlt_parent_id')
    union all
    select 'dispute', record, record_id, cast(null as text), coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')),
        cast(null as text), concat('disputes/', _connection, '/', record_id, '/', cast(_version as text)),
        coalesce(_deleted, false), true, _connection, _ingested_at
    from raw.disputes_history
    union all
    select object_type, obj, object_id, cast(null as text), observed_at, case when is_event then coalesce(event_type, 'event') end, version_key,
        is_deleted, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type in ('refund', 'dispute')
    union all
    -- refunds of 2013 had no id
    select 'refund', t.refund, coalesce(json_text(t.refund, '$.id'), concat(c.charge_id, '/', json_text(t.refund, '$.created'))), c.charge_id, c.observed_at,
        cast(null as text), 'charge', false, c.is_live, c.connection, c._ingested_at
    from normalized.charges c
    cross join unnest(json_array(c.refunds, '$')) as t(refund)
    union all
    select 'dispute', c.dispute, json_text(c.dispute, '$.id'), c.charge_id, c.observed_at, cast(null as text), 'charge', false, c.is_live, c.connection, c._ingested_at
    from normalized.charges c
    where c.dispute is not null
),
read as (
    select
        v.object_type,
        v.id,
        coalesce(json_text(v.obj, '$.charge.id'), json_text(v.obj, '$.charge'), json_text(v.obj, '$.charge_id'), v.charge_id) as charge_id,
        coalesce(json_text(v.obj, '$.payment_intent.id'), json_text(v.obj, '$.payment_intent'), json_text(v.obj, '$.payment_intent_id')) as payment_intent_id,
        coalesce(json_text(v.obj, '$.charge.customer.id'), json_text(v.obj, '$.charge.customer'), json_text(v.obj, '$.payment_intent.customer.id'),
            json_text(v.obj, '$.payment_intent.customer'), json_text(v.obj, '$.customer')) as customer_id,
        lower(json_text(v.obj, '$.status')) as status,
        nullif(json_text(v.obj, '$.reason'), '') as reason,
        nullif(json_text(v.obj, '$.failure_reason'), '') as failure_reason,
        nullif(coalesce(json_text(v.obj, '$.balance_transactions[0].id'), json_text(v.obj, '$.balance_transactions[0]'), json_text(v.obj, '$.balance_transaction.id'),
            json_text(v.obj, '$.balance_transaction')), '') as balance_transaction_id,
        lower(json_text(v.obj, '$.currency')) as currency,
        json_decimal(v.obj, '$.amount') as amount_minor,
        coalesce(json_timestamp(v.obj, '$.created'), case when v.event_type is not null then v.observed_at end) as created_at,
        coalesce(json_bool(v.obj, '$.livemode'), v.is_live) as is_live,
        v.is_deleted or coalesce(json_bool(v.obj, '$.deleted'), json_bool(v.obj, '$.is_deleted'), false) as is_deleted,
        v.observed_at,
        v.event_type,
        v.version_key,
        o.place,
        v.connection,
        v._ingested_at
    from versions v
    left join normalized.object_order o on o.version_key = v.version_key
    where v.id is not null and coalesce(json_text(v.obj, '$.object'), v.object_type) = v.object_type
),
marked as (
    select
        *,
        min(case when event_type is not null and status in ('failed', 'canceled') then observed_at end) over (partition by object_type, id) as failed_at,
        max(case when event_type = 'charge.dispute.funds_withdrawn' then 1 else 0 end) over (partition by object_type, id) as n_withdrawn,
        min(case when event_type = 'charge.dispute.closed' then observed_at end) over (partition by object_type, id) as closed_at,
        max(case when is_deleted then observed_at end) over (partition by object_type, id) as last_deleted_at,
        max(case when not is_deleted then observed_at end) over (partition by object_type, id) as last_seen_at
    from read
),
latest as (
    -- the last version that says something: a stub of a deletion does not
    select *
    from marked
    where amount_minor is not null
    qualify row_number() over (partition by object_type, id
        order by observed_at desc, coalesce(place, 0) desc, event_type is null, _ingested_at desc, connection desc, version_key, charge_id, amount_minor, status) = 1
),
placed as (
    select l.*, coalesce(l.charge_id, i.charge_id) as all_charge_id
    from latest l
    left join by_intent i on i.payment_intent_id = l.payment_intent_id
)
select
    l.object_type,
    l.id,
    l.all_charge_id as charge_id,
    coalesce(l.payment_intent_id, c.payment_intent_id) as payment_intent_id,
    coalesce(c.customer_id, l.customer_id) as customer_id,
    c.invoice_id,
    coalesce(c.billing_email, c.receipt_email) as payer_email,
    c.amount_captured as captured_amount,
    c.released as released_amount,
    l.status,
    l.reason,
    l.failure_reason,
    l.balance_transaction_id,
    l.n_withdrawn > 0 as is_withdrawn,
    coalesce(l.currency, c.currency) as currency,
    l.amount_minor / coalesce(m.minor_per_major, 100) as amount,
    l.created_at,
    l.observed_at,
    l.failed_at,
    l.closed_at,
    case when l.last_deleted_at >= coalesce(l.last_seen_at, l.last_deleted_at) then l.last_deleted_at end as deleted_at,
    l.connection,
    greatest(l._ingested_at, c._ingested_at) as _ingested_at
from placed l
left join normalized.charges c on c.charge_id = l.all_charge_id
left join normalized.currencies m on m.currency = coalesce(l.currency, c.currency)
where (l.is_live and coalesce(c.is_live, true)) or config('include_test')
