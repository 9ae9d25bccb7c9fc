-- Returns, disputes and gift cards.
with returns as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.id'), record_id), '/([0-9]+)', 1), coalesce(json_text(record, '$.id'), record_id)) as object_id,
        coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId'))) as order_id,
        coalesce(json_timestamp(record, '$.created_at'), json_timestamp(record, '$.createdAt')) as opened_at,
        coalesce(json_timestamp(record, '$.closed_at'), json_timestamp(record, '$.closedAt')) as closed_at,
        coalesce(_source_updated_at, _ingested_at) as observed_at,
        _ingested_at
    from raw.returns
    where not coalesce(_deleted, false)
),
disputes as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.id'), record_id), '/([0-9]+)', 1), coalesce(json_text(record, '$.id'), record_id)) as object_id,
        coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'), json_text(record, '$.orderId'))) as order_id,
        coalesce(json_timestamp(record, '$.initiated_at'), json_timestamp(record, '$.initiatedAt')) as opened_at,
        coalesce(json_decimal(record, '$.amount'), json_decimal(record, '$.amount.amount')) as amount,
        upper(coalesce(json_text(record, '$.currency'), json_text(record, '$.amount.currencyCode'))) as currency,
        coalesce(json_text(record, '$.reason'), json_text(record, '$.reasonDetails.reason')) as reason,
        coalesce(_source_updated_at, _ingested_at) as observed_at,
        _ingested_at
    from raw.disputes
    where not coalesce(_deleted, false)
),
cards as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.id'), record_id), '/([0-9]+)', 1), coalesce(json_text(record, '$.id'), record_id)) as object_id,
        coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.order.id'))) as order_id,
        coalesce(regexp_extract(coalesce(json_text(record, '$.customer_id'), json_text(record, '$.customer.id')), '/([0-9]+)', 1), coalesce(json_text(record, '$.customer_id'), json_text(record, '$.customer.id'))) as customer_id,
        coalesce(json_timestamp(record, '$.created_at'), json_timestamp(record, '$.createdAt')) as opened_at,
        coalesce(json_decimal(record, '$.initial_value'), json_decimal(record, '$.initialValue.amount')) as amount,
        upper(coalesce(json_text(record, '$.currency'), json_text(record, '$.initialValue.currencyCode'))) as currency,
        coalesce(_source_updated_at, _ingested_at) as observed_at,
        _ingested_at
    from raw.gift_cards
    where not coalesce(_deleted, false)
),
spoken as (
    select 'return_requested' as event_name, 'returns' as source_table, shop_key, object_id, order_id, cast(null as text) as customer_id, coalesce(opened_at, observed_at) as occurred_at,
        cast(null as decimal) as amount, cast(null as text) as currency, cast(null as text) as reason, _ingested_at
    from returns
    union all
    select 'return_closed', 'returns', shop_key, object_id, order_id, cast(null as text), closed_at, cast(null as decimal), cast(null as text), cast(null as text), _ingested_at
    from returns
    where closed_at is not null
    union all
    select 'dispute_opened', 'disputes', shop_key, object_id, order_id, cast(null as text), coalesce(opened_at, observed_at), amount, currency, reason, _ingested_at
    from disputes
    union all
    select 'gift_card_issued', 'gift_cards', shop_key, object_id, order_id, customer_id, coalesce(opened_at, observed_at), amount, currency, cast(null as text), _ingested_at
    from cards
)
select
    nexus_id('evt', source_name(), s.event_name, s.shop_key, s.object_id) as event_id,
    s.event_name,
    s.source_table,
    s.occurred_at,
    o.order_key,
    coalesce(case when s.customer_id is not null then concat(s.shop_key, '/', s.customer_id) end, o.customer_key) as customer_key,
    o.order_email as email,
    s.amount,
    coalesce(s.currency, o.currency) as currency,
    s.reason,
    s._ingested_at
from spoken s
left join normalized.orders o on o.shop_key = s.shop_key and o.order_id = s.order_id
qualify row_number() over (partition by s.event_name, s.shop_key, s.object_id order by s._ingested_at desc, s.occurred_at desc) = 1
