-- Objects of kinds that are not read; records of the test mode and of other objects than their table's, which are left out; times
-- and amounts that cannot be read; records of which nothing says since when they are what they are. Each record is read once.
with records as (
    select 'customers' as table_name, 'customer' as holds, cast(null as text) as amount_name, record, record_id, _deleted, _ingested_at from raw.customers
    union all
    select 'subscriptions', 'subscription', cast(null as text), record, record_id, _deleted, _ingested_at from raw.subscriptions
    union all
    select 'invoices', 'invoice', 'total', record, record_id, _deleted, _ingested_at from raw.invoices
    union all
    select 'charges', 'charge', 'amount', record, record_id, _deleted, _ingested_at from raw.charges
    union all
    select 'payment_intents', 'payment_intent', cast(null as text), record, record_id, _deleted, _ingested_at from raw.payment_intents
    union all
    select 'refunds', 'refund', 'amount', record, record_id, _deleted, _ingested_at from raw.refunds
    union all
    select 'disputes', 'dispute', 'amount', record, record_id, _deleted, _ingested_at from raw.disputes
    union all
    select 'credit_notes', 'credit_note', 'total', record, record_id, _deleted, _ingested_at from raw.credit_notes
    union all
    select 'checkout_sessions', 'checkout.session', 'amount_total', record, record_id, _deleted, _ingested_at from raw.checkout_sessions
    union all
    -- prices and plans stand in either table
    select 'prices', cast(null as text), cast(null as text), record, record_id, _deleted, _ingested_at from raw.prices
    union all
    select 'plans', cast(null as text), cast(null as text), record, record_id, _deleted, _ingested_at from raw.plans
    union all
    select 'products', 'product', cast(null as text), record, record_id, _deleted, _ingested_at from raw.products
    union all
    select 'events', cast(null as text), cast(null as text), record, record_id, _deleted, _ingested_at from raw.events
    union all
    select 'objects', cast(null as text), cast(null as text), record, record_id, _deleted, _ingested_at from raw.objects
),
read as (
    select
        table_name,
        holds,
        amount_name,
        record_id,
        coalesce(_deleted, false) as is_gone,
        json_text(record, '$.object') as object_type,
        json_text(record, '$.type') as event_type,
        json_text(record, '$.created') as created_text,
        json_timestamp(record, '$.created') as created_at,
        json_bool(record, '$.livemode') as is_live,
        coalesce(json_bool(record, '$.data.object.livemode'), json_bool(record, '$.data.livemode')) as is_object_live,
        case amount_name when 'amount' then json_text(record, '$.amount') when 'total' then json_text(record, '$.total') when 'amount_total' then json_text(record, '$.amount_total') end as amount_text,
        json_type(record, '$.data') = 'object' as has_data,
        coalesce(json_text(record, '$.data.object.id'), json_text(record, '$.data.id')) as object_id,
        coalesce(json_text(record, '$.data.object.object'), json_text(record, '$.data.object')) as event_object,
        _ingested_at
    from records
),
kinds as (
    select case when starts_with(version_key, 'events/') then 'events' else 'objects' end as table_name, object_type, coalesce(stream_id, object_id) as record_id, _ingested_at
    from normalized.streamed_objects
    union all
    -- no object of its own: a balance
    select 'events', coalesce(event_object, event_type), record_id, _ingested_at
    from read
    where table_name = 'events' and object_id is null and event_type <> 'invoice.upcoming' and has_data and not is_gone
),
undated as (
    select 'customers' as table_name, customer_id as record_id, _ingested_at
    from normalized.customers
    where created_at is null and not is_deleted
    union all
    select 'subscriptions', record_id, max(_ingested_at)
    from raw.subscriptions_history
    group by record_id
    having max(coalesce(json_timestamp(record, '$.created'), json_timestamp(record, '$.start_date'), json_timestamp(record, '$.start'))) is null
    union all
    select 'credit_notes', record_id, max(_ingested_at)
    from raw.credit_notes_history
    group by record_id
    having max(json_timestamp(record, '$.created')) is null
    union all
    select 'checkout_sessions', record_id, max(_ingested_at)
    from raw.checkout_sessions_history
    group by record_id
    having max(json_timestamp(record, '$.created')) is null
    union all
    -- the object in it counts from when it was seen
    select 'events', record_id, _ingested_at
    from read
    where table_name = 'events' and created_at is null and has_data and not is_gone
)
select table_name, 'unread_time' as reason, '$.created' as detail, record_id as sample, _ingested_at
from read
where table_name <> 'objects' and created_at is null and trim(created_text) <> ''
union all
select table_name, 'unknown_type', coalesce(object_type, 'unknown'), record_id, _ingested_at
from kinds
where coalesce(object_type, 'unknown') not in (
    'customer', 'subscription', 'invoice', 'charge', 'payment_intent', 'refund', 'dispute', 'credit_note', 'checkout.session', 'price', 'plan', 'product', 'coupon', 'discount',
    'balance_transaction', 'invoice_payment', 'subscription_item')
union all
select 'events', 'draft', 'invoice.upcoming', record_id, _ingested_at
from read
where table_name = 'events' and event_type = 'invoice.upcoming' and not is_gone
union all
select table_name, 'test_mode', cast(null as text), record_id, _ingested_at
from read
where not (case when holds is null then coalesce(is_object_live, is_live) else is_live end) and not config('include_test')
union all
select table_name, 'unknown_type', object_type, record_id, _ingested_at
from read
where object_type <> holds
union all
select table_name, 'incomplete_record', 'no date', record_id, _ingested_at
from undated
union all
select table_name, 'unread_value', amount_name, record_id, _ingested_at
from read
where nullif(trim(amount_text), '') is not null and cast(amount_text as decimal) is null
