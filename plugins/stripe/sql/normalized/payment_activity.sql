-- Money that came, failed to come, and went back. Charges carry the revenue:
-- never invoices or intents beside them.
with linked as (
    -- from basil on, a charge no longer knows its invoice
    select
        coalesce(json_text(record, '$.payment.charge.id'), json_text(record, '$.payment.charge')) as charge_id,
        coalesce(json_text(record, '$.payment.payment_intent.id'), json_text(record, '$.payment.payment_intent')) as payment_intent_id,
        coalesce(json_text(record, '$.invoice.id'), json_text(record, '$.invoice')) as invoice_id
    from raw.invoice_payments
    where not coalesce(_deleted, false)
    union all
    select
        coalesce(json_text(obj, '$.payment.charge.id'), json_text(obj, '$.payment.charge')),
        coalesce(json_text(obj, '$.payment.payment_intent.id'), json_text(obj, '$.payment.payment_intent')),
        coalesce(json_text(obj, '$.invoice.id'), json_text(obj, '$.invoice'))
    from normalized.streamed_objects
    where object_type = 'invoice_payment'
),
by_charge as (
    select charge_id, min(invoice_id) as invoice_id from linked where charge_id is not null group by charge_id
),
by_intent as (
    select payment_intent_id, min(invoice_id) as invoice_id from linked where payment_intent_id is not null group by payment_intent_id
),
costs as (
    select
        source_id,
        case when count(distinct currency) = 1 then sum(fee) end as fee,
        case when count(distinct currency) = 1 then sum(net) end as net,
        min(currency) as currency
    from normalized.balance_transactions
    where source_id is not null and transaction_type in ('charge', 'payment')
    group by source_id
),
payments as (
    select
        case when c.status = 'failed' then 'payment_failed' else 'payment_succeeded' end as event_name,
        c.charge_id as object_id,
        case when c.status = 'failed' then c.created_at else greatest(c.captured_at, c.created_at) end as occurred_at,
        cast(null as text) as time_precision,
        c.charge_id,
        c.customer_id,
        coalesce(c.billing_email, c.receipt_email) as payer_email,
        c.billing_name as payer_name,
        coalesce(c.invoice_id, b.invoice_id, i.invoice_id) as invoice_id,
        c.currency,
        case when c.status = 'failed' then c.amount else c.amount_captured end as amount,
        case when c.status <> 'failed' then c.amount_captured end as cash_revenue,
        case when c.status <> 'failed' then k.fee end as processing_fee,
        case when c.status <> 'failed' then k.net end as net_revenue,
        k.currency as settlement_currency,
        c.payment_method_type,
        c.card_brand,
        c.card_last4,
        c.card_country,
        c.failure_code,
        c.decline_reason,
        c.risk_level,
        cast(null as text) as reason,
        c.description,
        c._ingested_at
    from normalized.charges c
    left join by_charge b on b.charge_id = c.charge_id
    left join by_intent i on i.payment_intent_id = c.payment_intent_id
    left join costs k on k.source_id = c.charge_id
    where (c.is_live or config('include_test')) and c.created_at is not null
        and (c.status = 'failed' or (c.status = 'succeeded' and c.is_captured and c.amount_captured > 0))
),
refunds as (
    select
        case when status in ('failed', 'canceled') then 'refund_failed' else 'refund_succeeded' end as event_name,
        refund_id as object_id,
        case when status in ('failed', 'canceled') then coalesce(failed_at, created_at) else created_at end as occurred_at,
        cast(null as text) as time_precision,
        charge_id,
        customer_id,
        payer_email,
        invoice_id,
        currency,
        amount,
        case when status = 'succeeded' then -amount end as cash_revenue,
        failure_reason,
        reason,
        _ingested_at
    from normalized.refunds
    where status in ('succeeded', 'failed', 'canceled') and not is_release and created_at is not null
    union all
    select 'refund_succeeded', refund_id, refunded_at, case when is_observed then 'observed' end, charge_id, customer_id, payer_email, invoice_id, currency, amount, -amount,
        cast(null as text), cast(null as text), _ingested_at
    from normalized.charge_refunds
    where refunded_at is not null
),
disputes as (
    select 'dispute_opened' as event_name, dispute_id as object_id, created_at as occurred_at, cast(null as text) as time_precision,
        charge_id, customer_id, payer_email, invoice_id, currency, amount,
        case when funds_withdrawn then -amount end as cash_revenue, reason, _ingested_at
    from normalized.disputes
    where created_at is not null
    union all
    select concat('dispute_', status), dispute_id, closed_at, case when is_observed then 'observed' end, charge_id, customer_id, payer_email, invoice_id, currency, amount,
        case when status = 'won' and funds_withdrawn then amount end, reason, _ingested_at
    from normalized.disputes
    where status in ('won', 'lost') and created_at is not null
),
deletions as (
    -- a record that is gone takes nothing back
    select 'payment_deleted' as event_name, charge_id as object_id, deleted_at as occurred_at, charge_id, customer_id, coalesce(billing_email, receipt_email) as payer_email,
        invoice_id, currency, amount_captured as amount, _ingested_at
    from normalized.charges
    where deleted_at is not null and created_at is not null and (is_live or config('include_test'))
    union all
    select 'refund_deleted', refund_id, deleted_at, charge_id, customer_id, payer_email, invoice_id, currency, amount, _ingested_at
    from normalized.refunds
    where deleted_at is not null and not is_release and created_at is not null
    union all
    select 'dispute_deleted', dispute_id, deleted_at, charge_id, customer_id, payer_email, invoice_id, currency, amount, _ingested_at
    from normalized.disputes
    where deleted_at is not null and created_at is not null
),
spoken as (
    select event_name, object_id, occurred_at, time_precision, charge_id, customer_id, payer_email, payer_name, invoice_id, currency, amount, cash_revenue,
        processing_fee, net_revenue, settlement_currency, payment_method_type, card_brand, card_last4, card_country, failure_code, decline_reason, risk_level,
        reason, description, _ingested_at
    from payments
    union all
    select event_name, object_id, occurred_at, time_precision, charge_id, customer_id, payer_email, cast(null as text), invoice_id, currency, amount, cash_revenue,
        cast(null as decimal), cast(null as decimal), cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as text),
        failure_reason, cast(null as text), cast(null as text), reason, cast(null as text), _ingested_at
    from refunds
    union all
    select event_name, object_id, occurred_at, time_precision, charge_id, customer_id, payer_email, cast(null as text), invoice_id, currency, amount, cash_revenue,
        cast(null as decimal), cast(null as decimal), cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as text),
        cast(null as text), cast(null as text), cast(null as text), reason, cast(null as text), _ingested_at
    from disputes
    union all
    select event_name, object_id, occurred_at, 'observed', charge_id, customer_id, payer_email, cast(null as text), invoice_id, currency, amount, cast(null as decimal),
        cast(null as decimal), cast(null as decimal), cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as text),
        cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as text), _ingested_at
    from deletions
)
select
    nexus_id('evt', s.event_name, s.object_id) as event_id,
    s.*,
    v.subscription_id
from spoken s
left join normalized.invoices v on v.invoice_id = s.invoice_id
