-- Statuses of documents and payment intents that nobody knows.
with documents as (
    select 'credit_notes' as table_name, 'credit_note' as object_type, lower(json_text(record, '$.status')) as status, record_id, _ingested_at
    from raw.credit_notes
    union all
    select 'checkout_sessions', 'checkout.session', lower(json_text(record, '$.status')), record_id, _ingested_at
    from raw.checkout_sessions
    union all
    select 'payment_intents', 'payment_intent', lower(json_text(record, '$.status')), record_id, _ingested_at
    from raw.payment_intents
    union all
    select case when starts_with(version_key, 'events/') then 'events' else 'objects' end, object_type, lower(json_text(obj, '$.status')), coalesce(stream_id, object_id), _ingested_at
    from normalized.streamed_objects
    where object_type in ('credit_note', 'checkout.session', 'payment_intent')
)
select table_name, 'unknown_value' as reason, status as detail, record_id as sample, _ingested_at
from documents
where (object_type = 'credit_note' and status not in ('issued', 'void'))
    or (object_type = 'checkout.session' and status not in ('open', 'complete', 'expired'))
    or (object_type = 'payment_intent' and status not in (
        'requires_payment_method', 'requires_confirmation', 'requires_action', 'processing', 'requires_capture', 'canceled', 'succeeded', 'requires_source', 'requires_source_action'
    ))
