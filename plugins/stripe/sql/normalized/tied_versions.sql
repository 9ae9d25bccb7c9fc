-- The versions that share an instant with another version of their object (side 0), and those of
-- the instants before (-1) and after (1), with what tells which came first: v_ holds values, p_ the
-- values before, of those that previous_attributes names.
with arrivals as (
    select object_type, object_id, coalesce(observed_at, timestamp '1970-01-01T00:00:00Z') as at, version_key, stream_id, is_deleted,
        coalesce(ends_with(event_type, '.created'), false) as is_birth, obj, previous_attributes
    from normalized.streamed_objects
    union all
    select 'customer', record_id, coalesce(_source_updated_at, _ingested_at), concat('customers/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.customers_history
    union all
    select 'subscription', record_id, coalesce(_source_updated_at, _ingested_at), concat('subscriptions/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.subscriptions_history
    union all
    select 'invoice', record_id, coalesce(_source_updated_at, _ingested_at), concat('invoices/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.invoices_history
    union all
    select 'charge', record_id, coalesce(_source_updated_at, _ingested_at), concat('charges/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.charges_history
    union all
    select 'payment_intent', record_id, coalesce(_source_updated_at, _ingested_at), concat('payment_intents/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.payment_intents_history
    union all
    select 'refund', record_id, coalesce(_source_updated_at, _ingested_at), concat('refunds/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.refunds_history
    union all
    select 'dispute', record_id, coalesce(_source_updated_at, _ingested_at), concat('disputes/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.disputes_history
    union all
    select 'credit_note', record_id, coalesce(_source_updated_at, _ingested_at), concat('credit_notes/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.credit_notes_history
    union all
    select 'checkout.session', record_id, coalesce(_source_updated_at, _ingested_at), concat('checkout_sessions/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.checkout_sessions_history
    union all
    select 'price', record_id, coalesce(_source_updated_at, _ingested_at), concat('prices/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.prices_history
    union all
    select 'plan', record_id, coalesce(_source_updated_at, _ingested_at), concat('plans/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.plans_history
    union all
    select 'product', record_id, coalesce(_source_updated_at, _ingested_at), concat('products/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.products_history
    union all
    select 'coupon', record_id, coalesce(_source_updated_at, _ingested_at), concat('coupons/', _connection, '/', record_id, '/', cast(_version as text)),
        cast(null as text), coalesce(_deleted, false), false, record, cast(null as json)
    from raw.coupons_history
),
tied as (
    select a.object_type, a.object_id, t.at, case when a.at = t.at then 0 when a.at < t.at then -1 else 1 end as side,
        a.version_key, a.stream_id, a.is_deleted, a.is_birth, a.obj, a.previous_attributes
    from arrivals a
    join normalized.object_ties t on t.object_type = a.object_type and t.object_id = a.object_id and a.at in (t.at, t.before_at, t.after_at)
),
compared as (
    select
        object_type,
        object_id,
        at,
        side,
        version_key,
        stream_id,
        is_deleted or coalesce(json_bool(obj, '$.deleted'), json_bool(obj, '$.is_deleted'), false) as is_deleted,
        is_birth,
        case object_type
            when 'invoice' then case coalesce(lower(json_text(obj, '$.status')), case when json_bool(obj, '$.paid') then 'paid' when json_bool(obj, '$.closed') then 'void' end)
                when 'draft' then 0 when 'open' then 1 when 'uncollectible' then 2 when 'void' then 3 when 'paid' then 4 end
            when 'charge' then case lower(json_text(obj, '$.status')) when 'pending' then 0 when 'failed' then 1 when 'succeeded' then 2 when 'paid' then 2 end
            when 'payment_intent' then case lower(json_text(obj, '$.status'))
                when 'requires_source' then 0 when 'requires_payment_method' then 0 when 'requires_confirmation' then 1 when 'requires_source_action' then 2 when 'requires_action' then 2
                when 'processing' then 3 when 'requires_capture' then 4 when 'canceled' then 5 when 'succeeded' then 6 end
            when 'refund' then case lower(json_text(obj, '$.status'))
                when 'pending' then 0 when 'requires_action' then 1 when 'succeeded' then 2 when 'canceled' then 3 when 'failed' then 4 end
            when 'dispute' then case lower(json_text(obj, '$.status'))
                when 'warning_needs_response' then 0 when 'warning_under_review' then 1 when 'warning_closed' then 2 when 'needs_response' then 3
                when 'under_review' then 4 when 'prevented' then 5 when 'lost' then 6 when 'won' then 7 end
            when 'subscription' then case lower(json_text(obj, '$.status'))
                when 'incomplete' then 0 when 'trialing' then 1 when 'active' then 2 when 'past_due' then 3 when 'unpaid' then 4 when 'paused' then 5
                when 'incomplete_expired' then 6 when 'canceled' then 7 end
            when 'credit_note' then case lower(json_text(obj, '$.status')) when 'issued' then 0 when 'void' then 1 end
            when 'checkout.session' then case lower(json_text(obj, '$.status')) when 'open' then 0 when 'expired' then 1 when 'complete' then 2 end
        end as status_rank,
        coalesce(json_decimal(obj, '$.amount_captured'), 0) + coalesce(json_decimal(obj, '$.amount_refunded'), 0) + coalesce(json_decimal(obj, '$.amount_received'), 0)
            + coalesce(json_decimal(obj, '$.amount_paid'), 0) + coalesce(json_decimal(obj, '$.attempt_count'), 0) as progress,
        concat('=', json_text(obj, '$.status')) as v_status,
        concat('=', json_text(obj, '$.amount')) as v_amount,
        concat('=', json_text(obj, '$.amount_captured')) as v_amount_captured,
        concat('=', json_text(obj, '$.amount_refunded')) as v_amount_refunded,
        concat('=', json_text(obj, '$.captured')) as v_captured,
        concat('=', json_text(obj, '$.paid')) as v_paid,
        concat('=', json_text(obj, '$.refunded')) as v_refunded,
        concat('=', json_text(obj, '$.disputed')) as v_disputed,
        concat('=', json_text(obj, '$.amount_received')) as v_amount_received,
        concat('=', json_text(obj, '$.amount_paid')) as v_amount_paid,
        concat('=', json_text(obj, '$.amount_due')) as v_amount_due,
        concat('=', json_text(obj, '$.amount_remaining')) as v_amount_remaining,
        concat('=', json_text(obj, '$.attempt_count')) as v_attempt_count,
        concat('=', json_text(obj, '$.total')) as v_total,
        concat('=', json_text(obj, '$.quantity')) as v_quantity,
        concat('=', json_text(obj, '$.cancel_at_period_end')) as v_cancel_at_period_end,
        concat('=', json_text(obj, '$.cancel_at')) as v_cancel_at,
        concat('=', json_text(obj, '$.canceled_at')) as v_canceled_at,
        concat('=', json_text(obj, '$.ended_at')) as v_ended_at,
        concat('=', json_text(obj, '$.trial_end')) as v_trial_end,
        concat('=', json_text(obj, '$.current_period_end')) as v_current_period_end,
        concat('=', json_text(obj, '$.latest_invoice')) as v_latest_invoice,
        concat('=', json_text(obj, '$.default_payment_method')) as v_default_payment_method,
        concat('=', json_text(obj, '$.collection_method')) as v_collection_method,
        concat('=', json_text(obj, '$.email')) as v_email,
        concat('=', json_text(obj, '$.name')) as v_name,
        concat('=', json_text(obj, '$.phone')) as v_phone,
        concat('=', json_text(obj, '$.description')) as v_description,
        concat('=', json_text(obj, '$.delinquent')) as v_delinquent,
        concat('=', json_text(obj, '$.balance')) as v_balance,
        concat('=', json_text(obj, '$.currency')) as v_currency,
        concat('=', json_text(obj, '$.tax_exempt')) as v_tax_exempt,
        concat('=', json_text(obj, '$.active')) as v_active,
        concat('=', json_text(obj, '$.nickname')) as v_nickname,
        concat('=', json_text(obj, '$.unit_amount')) as v_unit_amount,
        concat('=', json_text(obj, '$.default_price')) as v_default_price,
        concat('=', json_text(obj, '$.reason')) as v_reason,
        concat('=', json_text(obj, '$.failure_code')) as v_failure_code,
        concat('=', json_text(obj, '$.plan.id')) as v_plan,
        concat('=', coalesce(json_text(obj, '$.items.data[0].quantity'), json_text(obj, '$.items[0].quantity'))) as v_item_quantity,
        concat('=', coalesce(json_text(obj, '$.items.data[0].price.id'), json_text(obj, '$.items[0].price.id'))) as v_item_price,
        concat('=', coalesce(json_text(obj, '$.items.data[0].plan.id'), json_text(obj, '$.items[0].plan.id'))) as v_item_plan,
        concat('=', coalesce(json_text(obj, '$.items.data[0].price.unit_amount'), json_text(obj, '$.items[0].price.unit_amount'))) as v_item_amount,
        concat('=', json_text(obj, '$.pause_collection.behavior')) as v_pause,
        concat('=', json_text(obj, '$.discount.coupon.id')) as v_coupon,
        concat('=', json_text(obj, '$.address.country')) as v_country,
        concat('=', json_text(obj, '$.address.city')) as v_city,
        case when json_type(previous_attributes, '$.status') is not null then concat('=', json_text(previous_attributes, '$.status')) end as p_status,
        case when json_type(previous_attributes, '$.amount') is not null then concat('=', json_text(previous_attributes, '$.amount')) end as p_amount,
        case when json_type(previous_attributes, '$.amount_captured') is not null then concat('=', json_text(previous_attributes, '$.amount_captured')) end as p_amount_captured,
        case when json_type(previous_attributes, '$.amount_refunded') is not null then concat('=', json_text(previous_attributes, '$.amount_refunded')) end as p_amount_refunded,
        case when json_type(previous_attributes, '$.captured') is not null then concat('=', json_text(previous_attributes, '$.captured')) end as p_captured,
        case when json_type(previous_attributes, '$.paid') is not null then concat('=', json_text(previous_attributes, '$.paid')) end as p_paid,
        case when json_type(previous_attributes, '$.refunded') is not null then concat('=', json_text(previous_attributes, '$.refunded')) end as p_refunded,
        case when json_type(previous_attributes, '$.disputed') is not null then concat('=', json_text(previous_attributes, '$.disputed')) end as p_disputed,
        case when json_type(previous_attributes, '$.amount_received') is not null then concat('=', json_text(previous_attributes, '$.amount_received')) end as p_amount_received,
        case when json_type(previous_attributes, '$.amount_paid') is not null then concat('=', json_text(previous_attributes, '$.amount_paid')) end as p_amount_paid,
        case when json_type(previous_attributes, '$.amount_due') is not null then concat('=', json_text(previous_attributes, '$.amount_due')) end as p_amount_due,
        case when json_type(previous_attributes, '$.amount_remaining') is not null then concat('=', json_text(previous_attributes, '$.amount_remaining')) end as p_amount_remaining,
        case when json_type(previous_attributes, '$.attempt_count') is not null then concat('=', json_text(previous_attributes, '$.attempt_count')) end as p_attempt_count,
        case when json_type(previous_attributes, '$.total') is not null then concat('=', json_text(previous_attributes, '$.total')) end as p_total,
        case when json_type(previous_attributes, '$.quantity') is not null then concat('=', json_text(previous_attributes, '$.quantity')) end as p_quantity,
        case when json_type(previous_attributes, '$.cancel_at_period_end') is not null then concat('=', json_text(previous_attributes, '$.cancel_at_period_end')) end as p_cancel_at_period_end,
        case when json_type(previous_attributes, '$.cancel_at') is not null then concat('=', json_text(previous_attributes, '$.cancel_at')) end as p_cancel_at,
        case when json_type(previous_attributes, '$.canceled_at') is not null then concat('=', json_text(previous_attributes, '$.canceled_at')) end as p_canceled_at,
        case when json_type(previous_attributes, '$.ended_at') is not null then concat('=', json_text(previous_attributes, '$.ended_at')) end as p_ended_at,
        case when json_type(previous_attributes, '$.trial_end') is not null then concat('=', json_text(previous_attributes, '$.trial_end')) end as p_trial_end,
        case when json_type(previous_attributes, '$.current_period_end') is not null then concat('=', json_text(previous_attributes, '$.current_period_end')) end as p_current_period_end,
        case when json_type(previous_attributes, '$.latest_invoice') is not null then concat('=', json_text(previous_attributes, '$.latest_invoice')) end as p_latest_invoice,
        case when json_type(previous_attributes, '$.default_payment_method') is not null then concat('=', json_text(previous_attributes, '$.default_payment_method')) end as p_default_payment_method,
        case when json_type(previous_attributes, '$.collection_method') is not null then concat('=', json_text(previous_attributes, '$.collection_method')) end as p_collection_method,
        case when json_type(previous_attributes, '$.email') is not null then concat('=', json_text(previous_attributes, '$.email')) end as p_email,
        case when json_type(previous_attributes, '$.name') is not null then concat('=', json_text(previous_attributes, '$.name')) end as p_name,
        case when json_type(previous_attributes, '$.phone') is not null then concat('=', json_text(previous_attributes, '$.phone')) end as p_phone,
        case when json_type(previous_attributes, '$.description') is not null then concat('=', json_text(previous_attributes, '$.description')) end as p_description,
        case when json_type(previous_attributes, '$.delinquent') is not null then concat('=', json_text(previous_attributes, '$.delinquent')) end as p_delinquent,
        case when json_type(previous_attributes, '$.balance') is not null then concat('=', json_text(previous_attributes, '$.balance')) end as p_balance,
        case when json_type(previous_attributes, '$.currency') is not null then concat('=', json_text(previous_attributes, '$.currency')) end as p_currency,
        case when json_type(previous_attributes, '$.tax_exempt') is not null then concat('=', json_text(previous_attributes, '$.tax_exempt')) end as p_tax_exempt,
        case when json_type(previous_attributes, '$.active') is not null then concat('=', json_text(previous_attributes, '$.active')) end as p_active,
        case when json_type(previous_attributes, '$.nickname') is not null then concat('=', json_text(previous_attributes, '$.nickname')) end as p_nickname,
        case when json_type(previous_attributes, '$.unit_amount') is not null then concat('=', json_text(previous_attributes, '$.unit_amount')) end as p_unit_amount,
        case when json_type(previous_attributes, '$.default_price') is not null then concat('=', json_text(previous_attributes, '$.default_price')) end as p_default_price,
        case when json_type(previous_attributes, '$.reason') is not null then concat('=', json_text(previous_attributes, '$.reason')) end as p_reason,
        case when json_type(previous_attributes, '$.failure_code') is not null then concat('=', json_text(previous_attributes, '$.failure_code')) end as p_failure_code,
        case when json_type(previous_attributes, '$.plan.id') is not null or json_type(previous_attributes, '$.plan') = 'null'
            then concat('=', json_text(previous_attributes, '$.plan.id')) end as p_plan,
        case when coalesce(json_type(previous_attributes, '$.items.data[0].quantity'), json_type(previous_attributes, '$.items[0].quantity')) is not null
            then concat('=', coalesce(json_text(previous_attributes, '$.items.data[0].quantity'), json_text(previous_attributes, '$.items[0].quantity'))) end as p_item_quantity,
        case when coalesce(json_type(previous_attributes, '$.items.data[0].price.id'), json_type(previous_attributes, '$.items[0].price.id')) is not null
            then concat('=', coalesce(json_text(previous_attributes, '$.items.data[0].price.id'), json_text(previous_attributes, '$.items[0].price.id'))) end as p_item_price,
        case when coalesce(json_type(previous_attributes, '$.items.data[0].plan.id'), json_type(previous_attributes, '$.items[0].plan.id')) is not null
            then concat('=', coalesce(json_text(previous_attributes, '$.items.data[0].plan.id'), json_text(previous_attributes, '$.items[0].plan.id'))) end as p_item_plan,
        case when coalesce(json_type(previous_attributes, '$.items.data[0].price.unit_amount'), json_type(previous_attributes, '$.items[0].price.unit_amount')) is not null
            then concat('=', coalesce(json_text(previous_attributes, '$.items.data[0].price.unit_amount'), json_text(previous_attributes, '$.items[0].price.unit_amount'))) end as p_item_amount,
        case when json_type(previous_attributes, '$.pause_collection.behavior') is not null or json_type(previous_attributes, '$.pause_collection') = 'null'
            then concat('=', json_text(previous_attributes, '$.pause_collection.behavior')) end as p_pause,
        case when json_type(previous_attributes, '$.discount.coupon.id') is not null or json_type(previous_attributes, '$.discount') = 'null'
            then concat('=', json_text(previous_attributes, '$.discount.coupon.id')) end as p_coupon,
        case when json_type(previous_attributes, '$.address.country') is not null or json_type(previous_attributes, '$.address') = 'null'
            then concat('=', json_text(previous_attributes, '$.address.country')) end as p_country,
        case when json_type(previous_attributes, '$.address.city') is not null or json_type(previous_attributes, '$.address') = 'null'
            then concat('=', json_text(previous_attributes, '$.address.city')) end as p_city
    from tied
)
select
    c.*,
    coalesce(
        p_status, p_amount, p_amount_captured, p_amount_refunded, p_captured, p_paid, p_refunded, p_disputed, p_amount_received, p_amount_paid,
        p_amount_due, p_amount_remaining, p_attempt_count, p_total, p_quantity, p_cancel_at_period_end, p_cancel_at, p_canceled_at, p_ended_at,
        p_trial_end, p_current_period_end, p_latest_invoice, p_default_payment_method, p_collection_method, p_email, p_name, p_phone, p_description,
        p_delinquent, p_balance, p_currency, p_tax_exempt, p_active, p_nickname, p_unit_amount, p_default_price, p_reason, p_failure_code, p_plan,
        p_item_quantity, p_item_price, p_item_plan, p_item_amount, p_pause, p_coupon, p_country, p_city
    ) is not null as has_previous,
    md5(concat(
        v_status, v_amount, v_amount_captured, v_amount_refunded, v_captured, v_paid, v_refunded, v_disputed, v_amount_received, v_amount_paid,
        v_amount_due, v_amount_remaining, v_attempt_count, v_total, v_quantity, v_cancel_at_period_end, v_cancel_at, v_canceled_at, v_ended_at,
        v_trial_end, v_current_period_end, v_latest_invoice, v_default_payment_method, v_collection_method, v_email, v_name, v_phone, v_description,
        v_delinquent, v_balance, v_currency, v_tax_exempt, v_active, v_nickname, v_unit_amount, v_default_price, v_reason, v_failure_code, v_plan,
        v_item_quantity, v_item_price, v_item_plan, v_item_amount, v_pause, v_coupon, v_country, v_city
    )) as state_hash,
    md5(concat(
        coalesce(p_status, v_status), coalesce(p_amount, v_amount), coalesce(p_amount_captured, v_amount_captured),
        coalesce(p_amount_refunded, v_amount_refunded), coalesce(p_captured, v_captured), coalesce(p_paid, v_paid), coalesce(p_refunded, v_refunded),
        coalesce(p_disputed, v_disputed), coalesce(p_amount_received, v_amount_received), coalesce(p_amount_paid, v_amount_paid),
        coalesce(p_amount_due, v_amount_due), coalesce(p_amount_remaining, v_amount_remaining), coalesce(p_attempt_count, v_attempt_count),
        coalesce(p_total, v_total), coalesce(p_quantity, v_quantity), coalesce(p_cancel_at_period_end, v_cancel_at_period_end),
        coalesce(p_cancel_at, v_cancel_at), coalesce(p_canceled_at, v_canceled_at), coalesce(p_ended_at, v_ended_at),
        coalesce(p_trial_end, v_trial_end), coalesce(p_current_period_end, v_current_period_end), coalesce(p_latest_invoice, v_latest_invoice),
        coalesce(p_default_payment_method, v_default_payment_method), coalesce(p_collection_method, v_collection_method), coalesce(p_email, v_email),
        coalesce(p_name, v_name), coalesce(p_phone, v_phone), coalesce(p_description, v_description), coalesce(p_delinquent, v_delinquent),
        coalesce(p_balance, v_balance), coalesce(p_currency, v_currency), coalesce(p_tax_exempt, v_tax_exempt), coalesce(p_active, v_active),
        coalesce(p_nickname, v_nickname), coalesce(p_unit_amount, v_unit_amount), coalesce(p_default_price, v_default_price),
        coalesce(p_reason, v_reason), coalesce(p_failure_code, v_failure_code), coalesce(p_plan, v_plan), coalesce(p_item_quantity, v_item_quantity),
        coalesce(p_item_price, v_item_price), coalesce(p_item_plan, v_item_plan), coalesce(p_item_amount, v_item_amount), coalesce(p_pause, v_pause),
        coalesce(p_coupon, v_coupon), coalesce(p_country, v_country), coalesce(p_city, v_city)
    )) as previous_hash
from compared c
