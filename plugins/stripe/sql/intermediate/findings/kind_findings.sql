-- Objects of kinds that are not read, and times in records that cannot be.
with dates as (
    select 'customers' as table_name, record_id, json_text(record, '$.created') as text_at, json_timestamp(record, '$.created') as at, _ingested_at from raw.customers
    union all
    select 'subscriptions', record_id, json_text(record, '$.created'), json_timestamp(record, '$.created'), _ingested_at from raw.subscriptions
    union all
    select 'invoices', record_id, json_text(record, '$.created'), json_timestamp(record, '$.created'), _ingested_at from raw.invoices
    union all
    select 'charges', record_id, json_text(record, '$.created'), json_timestamp(record, '$.created'), _ingested_at from raw.charges
    union all
    select 'payment_intents', record_id, json_text(record, '$.created'), json_timestamp(record, '$.created'), _ingested_at from raw.payment_intents
    union all
    select 'refunds', record_id, json_text(record, '$.created'), json_timestamp(record, '$.created'), _ingested_at from raw.refunds
    union all
    select 'disputes', record_id, json_text(record, '$.created'), json_timestamp(record, '$.created'), _ingested_at from raw.disputes
    union all
    select 'credit_notes', record_id, json_text(record, '$.created'), json_timestamp(record, '$.created'), _ingested_at from raw.credit_notes
    union all
    select 'checkout_sessions', record_id, json_text(record, '$.created'), json_timestamp(record, '$.created'), _ingested_at from raw.checkout_sessions
    union all
    select 'events', record_id, json_text(record, '$.created'), json_timestamp(record, '$.created'), _ingested_at from raw.events
),
kinds as (
    select case when starts_with(version_key, 'events/') then 'events' else 'objects' end as table_name, object_type, coalesce(stream_id, object_id) as record_id, _ingested_at
    from normalized.streamed_objects
    union all
    -- no object of its own: a balance
    select 'events', coalesce(json_text(record, '$.data.object.object'), json_text(record, '$.data.object'), json_text(record, '$.type')), record_id, _ingested_at
    from raw.events
    where json_text(record, '$.data.object.id') is null and json_text(record, '$.data.id') is null and json_text(record, '$.type') <> 'invoice.upcoming'
        and json_type(record, '$.data') = 'object' and not coalesce(_deleted, false)
)
select table_name, 'unread_time' as reason, '$.created' as detail, record_id as sample, _ingested_at
from dates
where at is null and trim(text_at) <> ''
union all
select table_name, 'unknown_type', coalesce(object_type, 'unknown'), record_id, _ingested_at
from kinds
where coalesce(object_type, 'unknown') not in (
    'customer', 'subscription', 'invoice', 'charge', 'payment_intent', 'refund', 'dispute', 'credit_note', 'checkout.session', 'price', 'plan', 'product', 'coupon', 'discount',
    'balance_transaction', 'invoice_payment', 'subscription_item')
union all
select 'events', 'draft', 'invoice.upcoming', record_id, _ingested_at
from raw.events
where json_text(record, '$.type') = 'invoice.upcoming' and not coalesce(_deleted, false)
