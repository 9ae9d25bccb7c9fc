-- What happened to invoices. Drafts and previews are no facts yet; a finalized one says when it was drawn up too.
with failures as (
    select
        object_id as invoice_id,
        json_bigint(obj, '$.attempt_count') as attempt_count,
        min(observed_at) as failed_at,
        max(_ingested_at) as _ingested_at
    from normalized.streamed_objects
    where object_type = 'invoice' and event_type = 'invoice.payment_failed'
    group by object_id, json_bigint(obj, '$.attempt_count')
),
spoken as (
    select invoice_id, 'invoice_created' as event_name, created_at as occurred_at, cast(null as bigint) as attempt_count, false as is_observed
    from normalized.invoices
    where status <> 'draft'
    union all
    select invoice_id, 'invoice_finalized', coalesce(finalized_at, created_at), cast(null as bigint), finalized_at is null
    from normalized.invoices
    where status <> 'draft'
    union all
    select invoice_id, 'invoice_paid', coalesce(paid_at, finalized_at, created_at), cast(null as bigint), paid_at is null
    from normalized.invoices
    where status = 'paid'
    union all
    select invoice_id, 'invoice_voided', coalesce(voided_at, observed_at, finalized_at, created_at), cast(null as bigint), voided_at is null
    from normalized.invoices
    where status = 'void'
    union all
    select invoice_id, 'invoice_marked_uncollectible', coalesce(uncollectible_at, observed_at, finalized_at, created_at), cast(null as bigint), uncollectible_at is null
    from normalized.invoices
    where uncollectible_at is not null or status = 'uncollectible'
    union all
    select invoice_id, 'invoice_payment_failed', failed_at, attempt_count, false
    from failures
    union all
    -- without the event: an open invoice that was tried shows its last failure
    select i.invoice_id, 'invoice_payment_failed', coalesce(i.observed_at, i.finalized_at, i.created_at), i.attempt_count, true
    from normalized.invoices i
    left join failures f on f.invoice_id = i.invoice_id and f.attempt_count is not distinct from i.attempt_count
    where i.status in ('open', 'uncollectible') and i.attempt_count > 0 and i.amount_remaining > 0 and f.invoice_id is null
    union all
    select invoice_id, 'invoice_deleted', deleted_at, cast(null as bigint), true
    from normalized.invoices
    where deleted_at is not null and status <> 'draft'
)
select
    nexus_id('evt', s.event_name, i.invoice_id, s.attempt_count) as event_id,
    s.event_name,
    s.occurred_at,
    s.attempt_count,
    s.is_observed,
    i.invoice_id,
    i.number,
    i.customer_id,
    i.customer_email,
    i.customer_name,
    i.subscription_id,
    i.billing_reason,
    i.collection_method,
    i.currency,
    i.total as invoice_total,
    i.tax as invoice_tax,
    i.discount as invoice_discount,
    i.amount_due as invoice_amount_due,
    i.amount_paid as invoice_amount_paid,
    i.amount_remaining as invoice_amount_remaining,
    i._ingested_at
from spoken s
join normalized.invoices i on i.invoice_id = s.invoice_id
where i.created_at is not null
