-- What in records cannot be read or is not known: times, amounts, statuses; and payments of a test mode.
with records as (
    select 'orders' as table_name, 'order' as part, record as entry, record_id, _ingested_at
    from raw.orders
    where coalesce(read_key_type() = 'Order', json_text(record, '$.__parentId') is null)
    union all
    select 'customers', 'customer', record, record_id, _ingested_at
    from raw.customers
    union all
    select 'checkouts', 'checkout', record, record_id, _ingested_at
    from raw.checkouts
    union all
    select 'gift_cards', 'gift_card', record, record_id, _ingested_at
    from raw.gift_cards
    union all
    select concat(part, 's'), part, entry, part_id, _ingested_at
    from normalized.parts
    where part in ('transaction', 'refund', 'fulfillment', 'return', 'dispute')
),
read as (
    select
        table_name,
        part,
        record_id,
        coalesce(json_bool(entry, '$.test'), false) as is_test,
        case
            when read_text(entry, 'created_at') is not null and read_time(entry, 'created_at') is null then 'created_at'
            when read_text(entry, 'processed_at') is not null and read_time(entry, 'processed_at') is null then 'processed_at'
            when read_text(entry, 'cancelled_at') is not null and read_time(entry, 'cancelled_at') is null then 'cancelled_at'
            when read_text(entry, 'completed_at') is not null and read_time(entry, 'completed_at') is null then 'completed_at'
            when read_text(entry, 'initiated_at') is not null and read_time(entry, 'initiated_at') is null then 'initiated_at'
            when read_text(entry, 'deleted_at') is not null and read_time(entry, 'deleted_at') is null then 'deleted_at'
            when read_text(entry, 'email_marketing_consent.consent_updated_at') is not null and read_time(entry, 'email_marketing_consent.consent_updated_at') is null
                then 'consent_updated_at'
        end as unread_time,
        case
            when part in ('order', 'checkout') and read_text(entry, 'total_price') is not null and read_money(entry, 'total_price') is null then 'total_price'
            when part = 'order' and read_text(entry, 'subtotal_price') is not null and read_money(entry, 'subtotal_price') is null then 'subtotal_price'
            when part in ('transaction', 'dispute') and read_text(entry, 'amount') is not null and read_money(entry, 'amount') is null then 'amount'
            when part = 'gift_card' and read_text(entry, 'initial_value') is not null and read_money(entry, 'initial_value') is null then 'initial_value'
        end as unread_amount,
        case when part = 'order' then lower(read_text(entry, 'financial_status', 'display_financial_status')) end as financial_status,
        case when part = 'order' then lower(read_text(entry, 'fulfillment_status', 'display_fulfillment_status')) end as fulfillment_status,
        case when part = 'transaction' then lower(read_text(entry, 'kind')) end as kind,
        case when part in ('transaction', 'return', 'dispute') then lower(read_text(entry, 'status')) end as status,
        case when part = 'customer' then lower(read_text(entry, 'email_marketing_consent.state')) end as consent,
        _ingested_at
    from records
),
judged as (
    select
        *,
        case
            when financial_status not in ('pending', 'authorized', 'partially_paid', 'paid', 'partially_refunded', 'refunded', 'voided', 'expired') then financial_status
            when fulfillment_status not in (
                'fulfilled', 'partial', 'partially_fulfilled', 'unfulfilled', 'restocked', 'in_progress', 'on_hold', 'open', 'scheduled', 'pending_fulfillment',
                'request_declined', 'not_eligible') then fulfillment_status
            when kind not in ('authorization', 'capture', 'sale', 'void', 'refund', 'change', 'emv_authorization', 'suggested_refund') then kind
            when part = 'transaction' and status not in ('pending', 'failure', 'success', 'error', 'awaiting_response', 'unknown') then status
            when part = 'return' and status not in ('open', 'closed', 'requested', 'declined', 'canceled', 'cancelled') then status
            when part = 'dispute' and status not in ('needs_response', 'under_review', 'charge_refunded', 'accepted', 'won', 'lost', 'prevented') then status
            when consent not in ('subscribed', 'unsubscribed', 'not_subscribed', 'pending', 'invalid', 'redacted') then consent
        end as unknown_value
    from read
)
select table_name, 'test_mode' as reason, cast(null as text) as detail, record_id as sample, cast(1 as bigint) as n, _ingested_at
from judged
where part = 'transaction' and is_test and not config('include_test')
union all
select table_name, 'unread_time', unread_time, record_id, 1, _ingested_at
from judged
where unread_time is not null
union all
select table_name, 'unread_value', unread_amount, record_id, 1, _ingested_at
from judged
where unread_amount is not null
union all
select table_name, 'unknown_value', unknown_value, record_id, 1, _ingested_at
from judged
where unknown_value is not null
