-- Credit notes that were issued and checkouts that were completed.
with credit_notes as (
    select record as obj, record_id as id, coalesce(_source_updated_at, _ingested_at) as observed_at, true as is_live, _ingested_at
    from raw.credit_notes
    where not coalesce(_deleted, false)
    union all
    select obj, object_id, observed_at, is_live, _ingested_at
    from normalized.streamed_objects
    where object_type = 'credit_note'
),
sessions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, _ingested_at) as observed_at, true as is_live, cast(null as timestamp) as completed_at, _ingested_at
    from raw.checkout_sessions
    where not coalesce(_deleted, false)
    union all
    select obj, object_id, observed_at, is_live, case when event_type = 'checkout.session.completed' then observed_at end, _ingested_at
    from normalized.streamed_objects
    where object_type = 'checkout.session'
),
issued as (
    select
        'credit_note_issued' as event_name,
        coalesce(json_text(obj, '$.id'), id) as object_id,
        coalesce(json_timestamp(obj, '$.created'), observed_at) as occurred_at,
        coalesce(json_text(obj, '$.customer.id'), json_text(obj, '$.customer'), json_text(obj, '$.customer_id')) as customer_id,
        cast(null as text) as contact_email,
        coalesce(json_text(obj, '$.invoice.id'), json_text(obj, '$.invoice'), json_text(obj, '$.invoice_id')) as invoice_id,
        cast(null as text) as subscription_id,
        lower(json_text(obj, '$.currency')) as currency,
        coalesce(json_decimal(obj, '$.total'), json_decimal(obj, '$.amount')) as amount_minor,
        json_text(obj, '$.reason') as reason,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        observed_at,
        _ingested_at
    from credit_notes
    where coalesce(json_text(obj, '$.object'), 'credit_note') = 'credit_note'
),
completed as (
    select
        'checkout_completed' as event_name,
        coalesce(json_text(obj, '$.id'), id) as object_id,
        min(coalesce(completed_at, json_timestamp(obj, '$.created'), observed_at))
            over (partition by coalesce(json_text(obj, '$.id'), id), completed_at is null) as occurred_at,
        coalesce(json_text(obj, '$.customer.id'), json_text(obj, '$.customer'), json_text(obj, '$.customer_id')) as customer_id,
        nullif(trim(coalesce(json_text(obj, '$.customer_details.email'), json_text(obj, '$.customer_email'))), '') as contact_email,
        coalesce(json_text(obj, '$.invoice.id'), json_text(obj, '$.invoice')) as invoice_id,
        coalesce(json_text(obj, '$.subscription.id'), json_text(obj, '$.subscription')) as subscription_id,
        lower(json_text(obj, '$.currency')) as currency,
        json_decimal(obj, '$.amount_total') as amount_minor,
        json_text(obj, '$.mode') as reason,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        completed_at,
        observed_at,
        _ingested_at
    from sessions
    where coalesce(json_text(obj, '$.object'), 'checkout.session') = 'checkout.session'
        and (completed_at is not null or json_text(obj, '$.status') = 'complete')
),
once as (
    select event_name, object_id, occurred_at, customer_id, contact_email, invoice_id, subscription_id, currency, amount_minor, reason, is_live, _ingested_at
    from issued
    where object_id is not null
    qualify row_number() over (partition by object_id order by observed_at desc, _ingested_at desc) = 1
    union all
    select event_name, object_id, occurred_at, customer_id, contact_email, invoice_id, subscription_id, currency, amount_minor, reason, is_live, _ingested_at
    from completed
    where object_id is not null
    qualify row_number() over (partition by object_id order by completed_at is null, observed_at desc, _ingested_at desc) = 1
)
select
    nexus_id('evt', source_name(), o.event_name, o.object_id) as event_id,
    o.event_name,
    o.object_id,
    o.occurred_at,
    coalesce(o.customer_id, i.customer_id) as customer_id,
    coalesce(o.contact_email, i.customer_email) as contact_email,
    o.invoice_id,
    coalesce(o.subscription_id, i.subscription_id) as subscription_id,
    o.currency,
    o.amount_minor / coalesce(c.minor_per_major, 100) as amount,
    o.reason,
    o._ingested_at
from once o
left join normalized.invoices i on i.invoice_id = o.invoice_id
left join normalized.currencies c on c.currency = o.currency
where o.is_live or config('include_test')
