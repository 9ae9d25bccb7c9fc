-- Returns, disputes and gift cards.
with cards as (
    select
        read_shop() as shop_key,
        read_key() as object_id,
        record,
        coalesce(_deleted, false) or read_time(record, 'deleted_at') is not null as is_deleted,
        case when coalesce(_deleted, false) or read_time(record, 'deleted_at') is not null
            then coalesce(read_time(record, 'deleted_at'), read_loaded(), read_time(record, 'updated_at'), _source_updated_at) end as gone_at,
        read_time(record, 'created_at') as opened_at,
        coalesce(read_time(record, 'deleted_at', 'updated_at'), _source_updated_at, _ingested_at) as version_at,
        _connection as connection,
        record_id,
        _version,
        _ingested_at
    from raw.gift_cards_history
    where coalesce(read_key_type() = 'GiftCard', json_text(record, '$.__parentId') is null)
),
latest_cards as (
    select
        *,
        row_number() over (partition by shop_key, object_id order by opened_at is not null desc, version_at desc, is_deleted desc, _ingested_at desc, connection desc, record_id desc, _version desc) as place,
        first_value(is_deleted) over (partition by shop_key, object_id order by version_at desc, is_deleted desc, _ingested_at desc, connection desc, record_id desc, _version desc) as is_gone,
        min(gone_at) over (partition by shop_key, object_id) as first_gone_at
    from cards
),
objects as (
    select
        part as kind,
        shop_key,
        part_id as object_id,
        order_id,
        cast(null as text) as customer_id,
        coalesce(read_time(entry, 'initiated_at'), read_time(entry, 'created_at')) as opened_at,
        read_time(entry, 'closed_at') as closed_at,
        case when part = 'dispute' then read_money(entry, 'amount') end as amount,
        case when part = 'dispute' then coalesce(read_unit(entry, 'amount'), read_currency(entry)) end as currency,
        case when part = 'dispute' then read_text(entry, 'reason', 'reason_details.reason') end as reason,
        is_deleted,
        deleted_at,
        _ingested_at
    from normalized.parts
    where part in ('return', 'dispute')
    union all
    select
        'gift_card',
        shop_key,
        object_id,
        read_id(record, 'order.id'),
        read_id(record, 'customer.id'),
        opened_at,
        cast(null as timestamp),
        read_money(record, 'initial_value'),
        coalesce(read_unit(record, 'initial_value'), read_currency(record)),
        cast(null as text),
        is_gone,
        case when is_gone then first_gone_at end,
        _ingested_at
    from latest_cards
    where place = 1
),
spoken as (
    select case kind when 'return' then 'return_requested' when 'dispute' then 'dispute_opened' else 'gift_card_issued' end as event_name, opened_at as occurred_at,
        kind, shop_key, object_id, order_id, customer_id, amount, currency, reason, _ingested_at
    from objects
    where opened_at is not null
    union all
    select 'return_closed', closed_at, kind, shop_key, object_id, order_id, customer_id, cast(null as decimal), cast(null as text), cast(null as text), _ingested_at
    from objects
    where kind = 'return' and closed_at is not null
    union all
    select concat(kind, '_deleted'), deleted_at, kind, shop_key, object_id, order_id, customer_id, cast(null as decimal), cast(null as text), cast(null as text), _ingested_at
    from objects
    where is_deleted and deleted_at is not null
)
select
    nexus_id('evt', s.event_name, s.shop_key, s.object_id) as event_id,
    s.event_name,
    case s.kind when 'return' then 'returns' when 'dispute' then 'disputes' else 'gift_cards' end as source_table,
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
