-- All that happened, in one shape: who and what each event concerns.
with spoken as (
    select event_id, event_name, 'customer' as event_type, occurred_at, concat('Customer ', coalesce(company_name, email, customer_id), ' ', replace(event_name, 'customer_', '')) as description,
        'customers' as source_table, customer_id, email as contact_email, cast(null as text) as subscription_id, cast(null as text) as invoice_id, _ingested_at
    from normalized.customer_activity
    union all
    select event_id, event_name, 'subscription', occurred_at, concat(replace(event_name, '_', ' '), ': ', coalesce(last_plan_name, subscription_id)),
        'subscriptions', customer_id, cast(null as text), subscription_id, cast(null as text), _ingested_at
    from normalized.subscription_activity
    union all
    select event_id, event_name, 'invoice', occurred_at, concat('Invoice ', coalesce(number, invoice_id), ' ', replace(replace(event_name, 'invoice_', ''), '_', ' '), ': ', cast(invoice_total as text), ' ', upper(currency)),
        'invoices', customer_id, customer_email, subscription_id, invoice_id, _ingested_at
    from normalized.invoice_activity
    union all
    select event_id, event_name, 'payment', occurred_at, concat(replace(event_name, '_', ' '), ': ', cast(amount as text), ' ', upper(currency)),
        case when starts_with(event_name, 'payment_') then 'charges' when starts_with(event_name, 'refund_') then 'refunds' else 'disputes' end,
        customer_id, payer_email, subscription_id, invoice_id, _ingested_at
    from normalized.payment_activity
    union all
    select event_id, event_name, 'payment', occurred_at, concat(replace(event_name, '_', ' '), ': ', cast(amount as text), ' ', upper(currency)),
        case when starts_with(event_name, 'credit_note_') then 'credit_notes' else 'checkout_sessions' end,
        customer_id, contact_email, subscription_id, invoice_id, _ingested_at
    from normalized.document_activity
)
select
    s.event_id,
    s.event_name,
    s.event_type,
    s.occurred_at,
    s.description,
    cast(case
        when s.event_name in ('subscription_canceled', 'dispute_opened') then 0.9
        when s.event_name in ('subscription_started', 'trial_converted', 'subscription_reactivated') then 0.8
        when s.event_name in ('payment_failed', 'invoice_payment_failed', 'subscription_past_due', 'subscription_unpaid', 'refund_succeeded') then 0.7
        when s.event_name in ('payment_succeeded', 'invoice_paid', 'subscription_upgraded', 'subscription_downgraded', 'trial_started', 'subscription_cancellation_requested') then 0.6
        when s.event_name in ('customer_updated', 'invoice_created', 'subscription_changed') then 0.1
        else 0.4
    end as double) as significance,
    s.source_table,
    coalesce(s.customer_id, u.customer_id) as customer_id,
    coalesce(c.email, s.contact_email) as contact_email,
    s.subscription_id,
    s.invoice_id,
    s._ingested_at
from spoken s
left join normalized.subscriptions u on u.subscription_id = s.subscription_id
left join normalized.customers c on c.customer_id = coalesce(s.customer_id, u.customer_id)
