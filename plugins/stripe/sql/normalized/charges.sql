-- Charges as they are now, and for payment intents whose charge was not landed
-- what the intent says of it. Test data is marked here, not left out: refunds ask for it.
-- released is what was authorized and never captured: Stripe has it among amount_refunded, but no money moved.
with captures as (
    select object_id as charge_id, min(observed_at) as captured_at
    from normalized.streamed_objects
    where object_type = 'charge' and event_type = 'charge.captured'
    group by object_id
),
intent_records as (
    select record as obj, record_id as id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        cast(null as timestamp) as told_at, concat('payment_intents/', _connection, '/', record_id, '/', cast(_version as text)) as version_key,
        coalesce(_deleted, false) or coalesce(json_bool(record, '$.deleted'), json_bool(record, '$.is_deleted'), false) as is_deleted, true as is_live, _connection as connection, _ingested_at
    from raw.payment_intents_history
    union all
    select obj, object_id, observed_at, case when is_event then observed_at end, version_key, is_deleted, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'payment_intent'
),
newest_intents as (
    select i.*
    from intent_records i
    left join normalized.object_order o on o.version_key = i.version_key
    -- a stub or a tombstone does not say what was paid
    where not i.is_deleted or json_text(i.obj, '$.status') is not null
    qualify row_number() over (partition by i.id order by i.observed_at desc, coalesce(o.place, 0) desc, i._ingested_at desc, i.connection desc, i.version_key) = 1
),
versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        cast(null as timestamp) as told_at, concat('charges/', _connection, '/', record_id, '/', cast(_version as text)) as version_key,
        coalesce(_deleted, false) or coalesce(json_bool(record, '$.deleted'), json_bool(record, '$.is_deleted'), false) as is_deleted, true as is_live, _connection as connection, _ingested_at
    from raw.charges_history
    union all
    select obj, object_id, observed_at, case when is_event then observed_at end, version_key, is_deleted, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'charge'
    union all
    -- before 2022-11-15 an intent held its charges; later it may hold the latest one
    select coalesce(json_extract(obj, '$.charges.data[0]'), json_extract(obj, '$.charges[0]')), coalesce(json_text(obj, '$.charges.data[0].id'), json_text(obj, '$.charges[0].id')), observed_at, told_at, concat(version_key, '/charge'), false, is_live, connection, _ingested_at
    from intent_records
    where coalesce(json_text(obj, '$.charges.data[0].id'), json_text(obj, '$.charges[0].id')) is not null
    union all
    select json_extract(obj, '$.latest_charge'), json_text(obj, '$.latest_charge.id'), observed_at, told_at, concat(version_key, '/charge'), false, is_live, connection, _ingested_at
    from intent_records
    where json_text(obj, '$.latest_charge.id') is not null
),
deleted as (
    -- a record that came back was not deleted
    select id as charge_id, case when max(case when is_deleted then 1 else 0 end) = 1 then max(case when is_deleted then observed_at end) end as deleted_at,
        max(case when not is_deleted then observed_at end) as last_seen_at
    from versions
    group by id
    having max(case when is_deleted then 1 else 0 end) = 1
),
newest as (
    -- chosen before it is read: reading is what costs
    select v.*
    from versions v
    left join normalized.object_order o on o.version_key = v.version_key
    where v.id is not null and (not v.is_deleted or json_text(v.obj, '$.amount') is not null)
    qualify row_number() over (partition by v.id order by v.observed_at desc, coalesce(o.place, 0) desc, v.told_at is null, v._ingested_at desc, v.connection desc, v.version_key) = 1
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
        nullif(trim(coalesce(json_text(obj, '$.billing_details.email'), json_text(obj, '$.billing_details_email'), json_text(obj, '$.billing_detail_email'))), '') as billing_email,
        nullif(trim(coalesce(json_text(obj, '$.billing_details.name'), json_text(obj, '$.billing_details_name'), json_text(obj, '$.billing_detail_name'),
            json_text(obj, '$.source.name'), json_text(obj, '$.card.name'), json_text(obj, '$.card_name'))), '') as billing_name,
        nullif(trim(coalesce(json_text(obj, '$.billing_details.phone'), json_text(obj, '$.billing_details_phone'), json_text(obj, '$.billing_detail_phone'))), '') as billing_phone,
        nullif(trim(json_text(obj, '$.receipt_email')), '') as receipt_email,
        nullif(json_text(obj, '$.description'), '') as description,
        coalesce(json_text(obj, '$.payment_method_details.type'), json_text(obj, '$.payment_method_details_type'), json_text(obj, '$.payment_method_type'),
            json_text(obj, '$.source.object'), json_text(obj, '$.card.object')) as payment_method_type,
        coalesce(json_text(obj, '$.payment_method_details.card.brand'), json_text(obj, '$.payment_method_details_card_brand'), json_text(obj, '$.card_brand'),
            json_text(obj, '$.source.brand'),
            json_text(obj, '$.card.brand'), json_text(obj, '$.card.type'), json_text(obj, '$.source.card.brand')) as card_brand,
        coalesce(json_text(obj, '$.payment_method_details.card.last4'), json_text(obj, '$.payment_method_details_card_last4'), json_text(obj, '$.card_last4'),
            json_text(obj, '$.source.last4'), json_text(obj, '$.source.card.last4'), json_text(obj, '$.card.last4')) as card_last4,
        coalesce(json_text(obj, '$.payment_method_details.card.country'), json_text(obj, '$.payment_method_details_card_country'), json_text(obj, '$.card_country'),
            json_text(obj, '$.source.country'), json_text(obj, '$.card.country')) as card_country,
        nullif(json_text(obj, '$.failure_code'), '') as failure_code,
        nullif(coalesce(json_text(obj, '$.outcome.reason'), json_text(obj, '$.outcome_reason')), '') as decline_reason,
        nullif(coalesce(json_text(obj, '$.outcome.risk_level'), json_text(obj, '$.outcome_risk_level')), '') as risk_level,
        coalesce(json_extract(obj, '$.refunds.data'), json_extract(obj, '$.refunds')) as refunds,
        json_bool(obj, '$.refunded') as is_refunded,
        case when json_type(obj, '$.dispute') = 'object' then json_extract(obj, '$.dispute') end as dispute,
        coalesce(json_bool(obj, '$.disputed'), false) or nullif(json_text(obj, '$.dispute'), '') is not null as is_disputed,
        json_text(obj, '$.object') as object_type,
        -- the day of the load is no day of a payment
        coalesce(json_timestamp(obj, '$.created'), told_at) as created_at,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        observed_at,
        connection,
        _ingested_at
    from newest
),
latest as (
    select r.*, k.captured_at, case when d.deleted_at >= coalesce(d.last_seen_at, d.deleted_at) then d.deleted_at end as deleted_at
    from read r
    left join captures k on k.charge_id = r.charge_id
    left join deleted d on d.charge_id = r.charge_id
    where coalesce(r.object_type, 'charge') = 'charge'
),
intents as (
    select
        coalesce(json_text(obj, '$.latest_charge.id'), json_text(obj, '$.latest_charge'), json_text(obj, '$.latest_charge_id'),
            json_text(obj, '$.charges.data[0].id'), json_text(obj, '$.charges[0].id')) as charge_id,
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
        coalesce(json_timestamp(obj, '$.created'), told_at) as created_at,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        observed_at,
        connection,
        _ingested_at
    from newest_intents
    where id is not null and coalesce(json_text(obj, '$.object'), 'payment_intent') = 'payment_intent'
),
joined as (
    select
        charge_id, customer_id, invoice_id, payment_intent_id, balance_transaction_id,
        coalesce(case when given_status = 'paid' then 'succeeded' else given_status end, case when is_paid then 'succeeded' else 'failed' end) as status,
        is_captured, currency, amount_minor,
        case when is_captured then coalesce(nullif(amount_captured_minor, 0), amount_minor) else 0 end as amount_captured_minor,
        coalesce(amount_refunded_minor, case when is_refunded then coalesce(nullif(amount_captured_minor, 0), amount_minor) end) as amount_refunded_minor,
        case
            when not is_captured then amount_minor
            -- less than that, or all that was captured: the record counts without it
            when amount_refunded_minor < amount_minor - amount_captured_minor or (is_refunded and amount_refunded_minor = amount_captured_minor) then 0
            when amount_captured_minor > 0 then amount_minor - amount_captured_minor
            else 0
        end as released_minor,
        billing_email, billing_name, billing_phone, receipt_email, description,
        payment_method_type, card_brand, card_last4, card_country, failure_code, decline_reason, risk_level, refunds, dispute, is_disputed,
        created_at, captured_at, deleted_at, is_live, false as is_from_intent, observed_at, connection, _ingested_at
    from latest
    union all
    select
        coalesce(i.charge_id, i.payment_intent_id), i.customer_id, i.invoice_id, i.payment_intent_id, cast(null as text), i.status,
        true, i.currency, i.amount_minor, i.amount_received_minor,
        cast(null as decimal), case when i.amount_received_minor > 0 then greatest(i.amount_minor - i.amount_received_minor, 0) else 0 end, cast(null as text), cast(null as text), cast(null as text), i.receipt_email, i.description,
        i.payment_method_type, cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as text), cast(null as json), cast(null as json), false,
        i.created_at, cast(null as timestamp), cast(null as timestamp), i.is_live, true, i.observed_at, i.connection, i._ingested_at
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
    case coalesce(c.minor_per_major, 100) when 100 then j.released_minor / 100 when 1 then j.released_minor else j.released_minor / 1000 end as released,
    coalesce(c.minor_per_major, 100) as minor_per_major
from joined j
left join normalized.currencies c on c.currency = j.currency
