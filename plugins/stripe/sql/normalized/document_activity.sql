-- Credit notes that were issued and voided, checkouts that were completed.
with versions as (
    select 'credit_note' as object_type, record as obj, record_id as id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        cast(null as text) as event_type, concat('credit_notes/', _connection, '/', record_id, '/', cast(_version as text)) as version_key,
        coalesce(_deleted, false) as is_deleted, true as is_live, _ingested_at
    from raw.credit_notes_history
    union all
    select 'checkout.session', record, record_id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')),
        cast(null as text), concat('checkout_sessions/', _connection, '/', record_id, '/', cast(_version as text)),
        coalesce(_deleted, false), true, _ingested_at
    from raw.checkout_sessions_history
    union all
    select object_type, obj, object_id, observed_at, event_type, version_key, is_deleted, is_live, _ingested_at
    from normalized.streamed_objects
    where object_type in ('credit_note', 'checkout.session')
),
read as (
    select
        v.object_type,
        v.id as object_id,
        case v.object_type
            when 'credit_note' then coalesce(lower(json_text(v.obj, '$.status')), 'issued')
            when 'checkout.session' then case when v.event_type = 'checkout.session.completed' then 'complete' else lower(json_text(v.obj, '$.status')) end
        end as status,
        coalesce(json_text(v.obj, '$.customer.id'), json_text(v.obj, '$.customer'), json_text(v.obj, '$.customer_id')) as customer_id,
        nullif(trim(coalesce(json_text(v.obj, '$.customer_details.email'), json_text(v.obj, '$.customer_email'))), '') as contact_email,
        coalesce(json_text(v.obj, '$.invoice.id'), json_text(v.obj, '$.invoice'), json_text(v.obj, '$.invoice_id')) as invoice_id,
        coalesce(json_text(v.obj, '$.subscription.id'), json_text(v.obj, '$.subscription'), json_text(v.obj, '$.subscription_id')) as subscription_id,
        lower(json_text(v.obj, '$.currency')) as currency,
        case v.object_type
            when 'credit_note' then coalesce(json_decimal(v.obj, '$.total'), json_decimal(v.obj, '$.amount'))
            when 'checkout.session' then json_decimal(v.obj, '$.amount_total')
        end as amount_minor,
        case v.object_type when 'credit_note' then json_text(v.obj, '$.reason') when 'checkout.session' then json_text(v.obj, '$.mode') end as reason,
        coalesce(json_timestamp(v.obj, '$.created'), case when v.event_type is not null then v.observed_at end) as created_at,
        json_timestamp(v.obj, '$.voided_at') as voided_at,
        coalesce(json_bool(v.obj, '$.livemode'), v.is_live) as is_live,
        v.is_deleted or coalesce(json_bool(v.obj, '$.deleted'), json_bool(v.obj, '$.is_deleted'), false) as is_deleted,
        v.event_type,
        v.observed_at,
        v.version_key,
        o.place,
        v._ingested_at
    from versions v
    left join normalized.object_order o on o.version_key = v.version_key
    where v.id is not null and coalesce(json_text(v.obj, '$.object'), v.object_type) = v.object_type
),
marked as (
    select
        *,
        min(case when event_type = 'credit_note.voided' then observed_at end) over (partition by object_id) as voided_event_at,
        min(case when event_type = 'checkout.session.completed' then observed_at end) over (partition by object_id) as completed_at,
        max(case when is_deleted then observed_at end) over (partition by object_id) as last_deleted_at,
        max(case when not is_deleted then observed_at end) over (partition by object_id) as last_seen_at
    from read
),
latest as (
    -- the last version that says something: a stub of a deletion does not
    select *
    from marked
    where created_at is not null
    qualify row_number() over (partition by object_id
        order by case when object_type = 'checkout.session' and status = 'complete' then 0 else 1 end, observed_at desc, coalesce(place, 0) desc, event_type is null, _ingested_at desc, version_key) = 1
),
spoken as (
    select 'credit_note_issued' as event_name, object_id, created_at as occurred_at, cast(null as text) as time_precision, customer_id, contact_email, invoice_id, subscription_id,
        currency, amount_minor, reason, is_live, _ingested_at
    from latest
    where object_type = 'credit_note'
    union all
    -- what was issued stays issued; the event takes its amount back
    select 'credit_note_voided', object_id, coalesce(voided_at, voided_event_at, greatest(observed_at, created_at)),
        case when voided_at is null and voided_event_at is null then 'observed' end, customer_id, contact_email, invoice_id, subscription_id,
        currency, -amount_minor, reason, is_live, _ingested_at
    from latest
    where object_type = 'credit_note' and status = 'void'
    union all
    select 'checkout_completed', object_id, coalesce(completed_at, created_at), cast(null as text), customer_id, contact_email, invoice_id, subscription_id,
        currency, amount_minor, reason, is_live, _ingested_at
    from latest
    where object_type = 'checkout.session' and status = 'complete'
    union all
    select case object_type when 'credit_note' then 'credit_note_deleted' else 'checkout_deleted' end, object_id, last_deleted_at, 'observed', customer_id, contact_email, invoice_id, subscription_id,
        currency, cast(null as decimal), reason, is_live, _ingested_at
    from latest
    where last_deleted_at >= coalesce(last_seen_at, last_deleted_at) and (object_type = 'credit_note' or status = 'complete')
)
select
    nexus_id('evt', o.event_name, o.object_id) as event_id,
    o.event_name,
    o.object_id,
    o.occurred_at,
    o.time_precision,
    coalesce(o.customer_id, i.customer_id) as customer_id,
    coalesce(o.contact_email, i.customer_email) as contact_email,
    o.invoice_id,
    coalesce(o.subscription_id, i.subscription_id) as subscription_id,
    o.currency,
    o.amount_minor / coalesce(c.minor_per_major, 100) as amount,
    o.reason,
    o._ingested_at
from spoken o
left join normalized.invoices i on i.invoice_id = o.invoice_id
left join normalized.currencies c on c.currency = o.currency
where o.is_live or config('include_test')
