-- Charges as they are now, and for payment intents whose charge was not landed
-- what the intent says of it. Test data is marked here, not left out: refunds ask for it.
with captures as (
    select object_id as charge_id, min(observed_at) as captured_at
    from normalized.streamed_objects
    where object_type = 'charge' and event_type = 'charge.captured'
    group by object_id
),
intent_records as (
    select record as obj, record_id as id, coalesce(_source_updated_at, _ingested_at) as observed_at, true as is_live, _connection as connection, _ingested_at
    from raw.payment_intents
    where not coalesce(_deleted, false)
    union all
    select obj, object_id, observed_at, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'payment_intent'
),
versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, _ingested_at) as observed_at,
        cast(null as text) as event_type, true as is_live, _connection as connection, _ingested_at
    from raw.charges
    where not coalesce(_deleted, false)
    union all
    select obj, object_id, observed_at, event_type, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'charge'
    union all
    -- before 2022-11-15 an intent held its charges; later it may hold the latest one
    select json_extract(obj, '$.charges.data[0]'), json_text(obj, '$.charges.data[0].id'), observed_at, cast(null as text), is_live, connection, _ingested_at
    from intent_records
    where json_text(obj, '$.charges.data[0].id') is not null
    union all
    select json_extract(obj, '$.latest_charge'), json_text(obj, '$.latest_charge.id'), observed_at, cast(null as text), is_live, connection, _ingested_at
    from intent_records
    where json_text(obj, '$.latest_charge.id') is not null
),
newest as (
    -- chosen before it is read: reading is what costs
    select *
    from versions
    where id is not null
    qualify row_number() over (partition by id order by observed_at desc, event_type is null, _ingested_at desc, connection desc, event_type) = 1
),
read as (
    select
        id as charge_id,
        coalesce(json_text(obj, '$.customer.id'), json_text(obj, '$.customer'), json_text(obj, '$.customer_id')) as customer_id,
        coalesce(json_text(obj, '$.invoice.id'), json_text(obj, '$.invoice'), json_text(obj, '$.invoice_id')) as invoice_id,
        coalesce(json_text(obj, '$.payment_intent.id'), json_text(obj, '$.payment_intent'), json_text(obj, '$.payment_intent_id')) as payment_intent_id,
        coalesce(json_text(obj, '$.balance_transaction.id'), json_text(obj, '$.balance_transaction'), json_text(obj, '$.balance_transaction_id')) as balance_transaction_id,
        lower(json_text(obj, '$.status')) as given_status,
        json_bool(obj, '$.paid') as is_paid,
        coalesce(json_bool(obj, '$.captured'), true) as is_captured,
        lower(json_text(obj, '$.currency')) as currency,
        json_decimal(obj, '$.amount') as amount_minor,
        json_decimal(obj, '$.amount_captured') as amount_captured_minor,
        json_decimal(obj, '$.amount_refunded') as amount_refunded_minor,
        nullif(trim(coalesce(json_text(obj, '$.billing_details.email'), json_text(obj, '$.billing_detail_email'))), '') as billing_email,
        nullif(trim(coalesce(json_text(obj, '$.billing_details.name'), json_text(obj, '$.source.name'))), '') as billing_name,
        nullif(trim(json_text(obj, '$.billing_details.phone')), '') as billing_phone,
        nullif(trim(json_text(obj, '$.receipt_email')), '') as receipt_email,
        nullif(json_text(obj, '$.description'), '') as description,
        coalesce(json_text(obj, '$.payment_method_details.type'), json_text(obj, '$.source.object')) as payment_method_type,
        coalesce(json_text(obj, '$.payment_method_details.card.brand'), json_text(obj, '$.source.brand')) as card_brand,
        coalesce(json_text(obj, '$.payment_method_details.card.last4'), json_text(obj, '$.source.last4')) as card_last4,
        coalesce(json_text(obj, '$.payment_method_details.card.country'), json_text(obj, '$.source.country')) as card_country,
        nullif(json_text(obj, '$.failure_code'), '') as failure_code,
        nullif(coalesce(json_text(obj, '$.outcome.reason'), json_text(obj, '$.outcome_reason')), '') as decline_reason,
        nullif(coalesce(json_text(obj, '$.outcome.risk_level'), json_text(obj, '$.outcome_risk_level')), '') as risk_level,
        json_extract(obj, '$.refunds.data') as refunds,
        json_timestamp(obj, '$.created') as created_at,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        observed_at,
        connection,
        _ingested_at
    from newest
),
latest as (
    select r.*, k.captured_at
    from read r
    left join captures k on k.charge_id = r.charge_id
),
intents as (
    select
        coalesce(json_text(obj, '$.latest_charge'), json_text(obj, '$.latest_charge_id')) as charge_id,
        id as payment_intent_id,
        coalesce(json_text(obj, '$.customer.id'), json_text(obj, '$.customer'), json_text(obj, '$.customer_id')) as customer_id,
        coalesce(json_text(obj, '$.invoice.id'), json_text(obj, '$.invoice'), json_text(obj, '$.invoice_id')) as invoice_id,
        lower(json_text(obj, '$.status')) as status,
        lower(json_text(obj, '$.currency')) as currency,
        json_decimal(obj, '$.amount') as amount_minor,
        json_decimal(obj, '$.amount_received') as amount_received_minor,
        nullif(trim(json_text(obj, '$.receipt_email')), '') as receipt_email,
        nullif(json_text(obj, '$.description'), '') as description,
        nullif(json_text(obj, '$.payment_method_types[0]'), '') as payment_method_type,
        json_timestamp(obj, '$.created') as created_at,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        observed_at,
        connection,
        _ingested_at
    from intent_records
    where id is not null
    qualify row_number() over (partition by id order by observed_at desc, _ingested_at desc, connection desc) = 1
),
joined as (
    select
        charge_id, customer_id, invoice_id, payment_intent_id, balance_transaction_id,
        coalesce(case when given_status = 'paid' then 'succeeded' else given_status end, case when is_paid then 'succeeded' else 'failed' end) as status,
        is_captured, currency, amount_minor,
        case when is_captured then coalesce(nullif(amount_captured_minor, 0), amount_minor) else 0 end as amount_captured_minor,
        amount_refunded_minor, billing_email, billing_name, billing_phone, receipt_email, description,
        payment_method_type, card_brand, card_last4, card_country, failure_code, decline_reason, risk_level, refunds,
        coalesce(created_at, observed_at) as created_at, captured_at, is_live, false as is_from_intent, observed_at, connection, _ingested_at
    from latest
    union all
    select
        coalesce(i.charge_id, i.payment_intent_id), i.customer_id, i.invoice_id, i.payment_intent_id, cast(null as text), i.status,
        true, i.currency, i.amount_minor, i.amount_received_minor,
        cast(null as decimal), cast(null as text), cast(null as text), cast(null as text), i.receipt_email, i.description,
        i.payment_method_type, cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as json),
        coalesce(i.created_at, i.observed_at), cast(null as timestamp), i.is_live, true, i.observed_at, i.connection, i._ingested_at
    from intents i
    left join (select payment_intent_id, count(*) as n from latest where payment_intent_id is not null group by payment_intent_id) k
        on k.payment_intent_id = i.payment_intent_id
    left join latest l on l.charge_id = i.charge_id
    where i.status = 'succeeded' and k.payment_intent_id is null and l.charge_id is null
)
select
    j.*,
    case coalesce(c.minor_per_major, 100) when 100 then j.amount_minor / 100 when 1 then j.amount_minor else j.amount_minor / 1000 end as amount,
    case coalesce(c.minor_per_major, 100) when 100 then j.amount_captured_minor / 100 when 1 then j.amount_captured_minor else j.amount_captured_minor / 1000 end as amount_captured,
    case coalesce(c.minor_per_major, 100) when 100 then j.amount_refunded_minor / 100 when 1 then j.amount_refunded_minor else j.amount_refunded_minor / 1000 end as amount_refunded,
    coalesce(c.minor_per_major, 100) as minor_per_major
from joined j
left join normalized.currencies c on c.currency = j.currency
