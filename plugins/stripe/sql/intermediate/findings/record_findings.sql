-- Records of the test mode and of other objects than their table's, which are left out; amounts that cannot be read;
-- records of which nothing says since when they are what they are.
with arrivals as (
    select 'customers' as table_name, 'customer' as holds, json_text(record, '$.object') as object_type, record_id, json_bool(record, '$.livemode') as is_live, _ingested_at from raw.customers
    union all
    select 'subscriptions', 'subscription', json_text(record, '$.object'), record_id, json_bool(record, '$.livemode'), _ingested_at from raw.subscriptions
    union all
    select 'invoices', 'invoice', json_text(record, '$.object'), record_id, json_bool(record, '$.livemode'), _ingested_at from raw.invoices
    union all
    select 'charges', 'charge', json_text(record, '$.object'), record_id, json_bool(record, '$.livemode'), _ingested_at from raw.charges
    union all
    select 'payment_intents', 'payment_intent', json_text(record, '$.object'), record_id, json_bool(record, '$.livemode'), _ingested_at from raw.payment_intents
    union all
    select 'refunds', 'refund', json_text(record, '$.object'), record_id, json_bool(record, '$.livemode'), _ingested_at from raw.refunds
    union all
    select 'disputes', 'dispute', json_text(record, '$.object'), record_id, json_bool(record, '$.livemode'), _ingested_at from raw.disputes
    union all
    select 'credit_notes', 'credit_note', json_text(record, '$.object'), record_id, json_bool(record, '$.livemode'), _ingested_at from raw.credit_notes
    union all
    select 'checkout_sessions', 'checkout.session', json_text(record, '$.object'), record_id, json_bool(record, '$.livemode'), _ingested_at from raw.checkout_sessions
    union all
    select 'events', cast(null as text), cast(null as text), record_id, coalesce(json_bool(record, '$.data.object.livemode'), json_bool(record, '$.data.livemode'), json_bool(record, '$.livemode')), _ingested_at
    from raw.events
    union all
    select 'objects', cast(null as text), cast(null as text), record_id, coalesce(json_bool(record, '$.data.object.livemode'), json_bool(record, '$.data.livemode'), json_bool(record, '$.livemode')), _ingested_at
    from raw.objects
),
unread as (
    select 'charges' as table_name, 'amount' as detail, record_id, _ingested_at
    from raw.charges
    where nullif(trim(json_text(record, '$.amount')), '') is not null and json_decimal(record, '$.amount') is null
    union all
    select 'refunds', 'amount', record_id, _ingested_at
    from raw.refunds
    where nullif(trim(json_text(record, '$.amount')), '') is not null and json_decimal(record, '$.amount') is null
    union all
    select 'disputes', 'amount', record_id, _ingested_at
    from raw.disputes
    where nullif(trim(json_text(record, '$.amount')), '') is not null and json_decimal(record, '$.amount') is null
    union all
    select 'invoices', 'total', record_id, _ingested_at
    from raw.invoices
    where nullif(trim(json_text(record, '$.total')), '') is not null and json_decimal(record, '$.total') is null
    union all
    select 'credit_notes', 'total', record_id, _ingested_at
    from raw.credit_notes
    where nullif(trim(json_text(record, '$.total')), '') is not null and json_decimal(record, '$.total') is null
    union all
    select 'checkout_sessions', 'amount_total', record_id, _ingested_at
    from raw.checkout_sessions
    where nullif(trim(json_text(record, '$.amount_total')), '') is not null and json_decimal(record, '$.amount_total') is null
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
    from raw.events
    where json_timestamp(record, '$.created') is null and json_type(record, '$.data') = 'object' and not coalesce(_deleted, false)
)
select table_name, 'test_mode' as reason, cast(null as text) as detail, record_id as sample, _ingested_at
from arrivals
where not is_live and not config('include_test')
union all
select table_name, 'unknown_type', object_type, record_id, _ingested_at
from arrivals
where object_type <> holds
union all
select table_name, 'incomplete_record', 'no date', record_id, _ingested_at
from undated
union all
select table_name, 'unread_value', detail, record_id, _ingested_at
from unread
