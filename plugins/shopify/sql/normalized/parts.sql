-- What belongs to an order and arrived outside of it, one row a part: from tables of parts, from collections that list the
-- parts of one order, and from rows of a bulk operation, which stand among the orders (or customers). A part is as it is now, or last was
-- before it was deleted.
with arrivals as (
    select 'line' as home, read_list(record, 'line_items') as members, read_shop() as shop_key, record_id, record, coalesce(_deleted, false) as is_gone, _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.order_lines_history
    union all
    select 'transaction', read_list(record, 'transactions'), read_shop(), record_id, record, coalesce(_deleted, false), _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.transactions_history
    union all
    select 'refund', read_list(record, 'refunds'), read_shop(), record_id, record, coalesce(_deleted, false), _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.refunds_history
    union all
    select 'refund_line', read_list(record, 'refund_line_items'), read_shop(), record_id, record, coalesce(_deleted, false), _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.refund_lines_history
    union all
    select 'adjustment', read_list(record, 'order_adjustments'), read_shop(), record_id, record, coalesce(_deleted, false), _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.order_adjustments_history
    union all
    select 'fulfillment', read_list(record, 'fulfillments'), read_shop(), record_id, record, coalesce(_deleted, false), _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.fulfillments_history
    union all
    select 'return', read_list(record, 'returns'), read_shop(), record_id, record, coalesce(_deleted, false), _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.returns_history
    union all
    select 'dispute', read_list(record, 'disputes'), read_shop(), record_id, record, coalesce(_deleted, false), _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.disputes_history
    union all
    select 'order', cast(null as json), read_shop(), record_id, record, coalesce(_deleted, false), _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.orders_history
    where read_type(record_id) <> 'Order' or (read_type(record_id) is null and json_text(record, '$.__parentId') is not null)
    union all
    -- a bulk operation over customers lists their orders, and the parts of those, among the customers
    select 'order', cast(null as json), read_shop(), record_id, record, coalesce(_deleted, false), _source_updated_at, _connection, _version, _is_latest, _ingested_at
    from raw.customers_history
    where read_type(record_id) not in ('Customer', 'Order')
),
named as (
    select
        *,
        coalesce(json_text(record, '$.id'), record_id) as given_id,
        read_key_type() as object_type,
        json_text(record, '$.__parentId') as parent_id
    from arrivals
    where record_id is not null
),
-- a collection has its order's id, and is one version of all that it lists
lists as (
    select *
    from named
    where members is not null and (object_type is null or object_type in ('Order', 'Refund'))
        -- a refund that lists its own payments is no collection of refunds
        and (home <> 'transaction' or object_type is not null or json_text(record, '$.kind') is null)
    qualify row_number() over (partition by home, shop_key, given_id order by coalesce(read_time(record, 'updated_at'), _source_updated_at, _ingested_at) desc, is_gone desc, _ingested_at desc, _connection desc, record_id desc, _version desc) = 1
),
listed as (
    select
        l.home, l.shop_key, l.given_id, l.object_type, read_item(t.member) as entry, t.place, l.record, l.is_gone, l._source_updated_at, l.record_id, l._connection, l._version, l._ingested_at
    from lists l
    cross join unnest(json_array(l.members, '$')) as t(member, place)
),
single as (
    select
        case
            when object_type is null then case when home <> 'order' then home end
            when object_type = 'LineItem' then 'line'
            when object_type = 'OrderTransaction' then 'transaction'
            when object_type = 'Refund' then 'refund'
            when object_type = 'RefundLineItem' then 'refund_line'
            when object_type = 'OrderAdjustment' then 'adjustment'
            when object_type = 'Fulfillment' then 'fulfillment'
            when object_type = 'Return' then 'return'
            when object_type = 'ShopifyPaymentsDispute' or object_type = 'OrderDisputeSummary' then 'dispute'
        end as part,
        shop_key,
        given_id,
        record_id as version_id,
        case when read_type(parent_id) = 'Order' or read_type(parent_id) is null then parent_id end as parent_order,
        case when read_type(parent_id) = 'Refund' then parent_id end as parent_refund,
        record as entry,
        is_gone or read_time(record, 'deleted_at') is not null as is_deleted,
        read_time(record, 'deleted_at') as deleted_at,
        coalesce(read_time(record, 'updated_at'), _source_updated_at, read_loaded()) as seen_at,
        read_loaded() as loaded_at,
        0 as place,
        -- of several versions with the same time the one whose status has come further is the later one
        case when _version > 1 or not _is_latest then
            case lower(read_text(record, 'status'))
                when 'pending' then 1 when 'requested' then 1 when 'needs_response' then 1 when 'open' then 2 when 'in_progress' then 2 when 'under_review' then 2
                when 'success' then 3 when 'fulfilled' then 3 when 'closed' then 3 when 'won' then 3 when 'lost' then 3
                when 'failure' then 4 when 'error' then 4 when 'cancelled' then 4 when 'canceled' then 4 when 'declined' then 4 else 0 end
        end as progress,
        _connection as connection,
        concat(home, '/', record_id) as arrival,
        _version as version_no,
        _ingested_at
    from named
    where members is null or (object_type is not null and object_type not in ('Order', 'Refund')) or (object_type = 'Refund' and home = 'refund')
        or (home = 'transaction' and object_type is null and json_text(record, '$.kind') is not null)
    union all
    select
        l.home,
        l.shop_key,
        coalesce(json_text(l.entry, '$.id'), concat(l.given_id, '/', cast(l.place as text))),
        coalesce(json_text(l.entry, '$.id'), concat(l.given_id, '/', cast(l.place as text))),
        case when coalesce(l.object_type, case when l.home in ('refund_line', 'adjustment') then 'Refund' else 'Order' end) = 'Order'
            then coalesce(read_id(l.record, 'order.id'), l.given_id) end,
        case when coalesce(l.object_type, case when l.home in ('refund_line', 'adjustment') then 'Refund' end) = 'Refund' then l.given_id end,
        l.entry,
        l.is_gone,
        cast(null as timestamp),
        coalesce(l._source_updated_at, nullif(l._ingested_at, timestamp '1970-01-01')),
        nullif(l._ingested_at, timestamp '1970-01-01'),
        l.place,
        cast(null as bigint),
        l._connection,
        concat(l.home, '/', l.record_id),
        l._version,
        l._ingested_at
    from listed l
    union all
    -- that a list was landed says, where it is empty, that there is nothing
    select
        concat(l.home, '_list') as part, l.shop_key, l.given_id, l.given_id as version_id, coalesce(read_id(l.record, 'order.id'), l.given_id) as parent_order, cast(null as text), l.record, false, cast(null as timestamp),
        cast(null as timestamp), cast(null as timestamp), 0, cast(null as bigint), l._connection, concat(l.home, '/', l.record_id), l._version, l._ingested_at
    from lists l
    where not l.is_gone and coalesce(l.object_type, 'Order') = 'Order'
),
dated as (
    select
        *,
        read_gid(given_id) as part_id,
        read_gid(version_id) as version_key,
        coalesce(deleted_at, seen_at, case when is_deleted then timestamp '9999-12-31' else timestamp '0001-01-01' end) as version_at,
        case when is_deleted then coalesce(deleted_at, loaded_at, seen_at) end as gone_at,
        not is_deleted or read_time(entry, 'created_at', 'processed_at', 'initiated_at') is not null or json_text(entry, '$.quantity') is not null as is_full
    from single
    where part is not null
),
ranked as (
    select
        *,
        row_number() over (partition by part, shop_key, version_key order by is_full desc, version_at desc, is_deleted desc, _ingested_at desc, progress desc, connection desc, place, arrival desc, version_no desc) as nth,
        first_value(is_deleted) over (partition by part, shop_key, version_key order by version_at desc, is_deleted desc, _ingested_at desc, progress desc, connection desc, place, arrival desc, version_no desc) as is_last_gone,
        min(gone_at) over (partition by part, shop_key, version_key) as first_gone_at
    from dated
),
latest as (
    select
        *,
        json_text(entry, '$._sdc_source_key_id') as sdc_order,
        -- loaders that put lists into tables of their own name a row's parent by a key of theirs: dlt by the parent's row, Stitch by its place
        coalesce(json_text(entry, '$._dlt_id'), json_text(entry, '$._sdc_source_key_id') || '/' || json_text(entry, '$._sdc_level_0_id')) as row_key,
        coalesce(json_text(entry, '$._dlt_parent_id'), case when json_text(entry, '$._sdc_level_1_id') is not null
            then json_text(entry, '$._sdc_source_key_id') || '/' || json_text(entry, '$._sdc_level_0_id') end) as parent_row
    from ranked
    where nth = 1
),
parents as (
    select read_shop() as shop_key, json_text(record, '$._dlt_id') as row_key, read_gid(record_id) as order_id, cast(null as text) as refund_id
    from raw.orders_history
    where json_text(record, '$._dlt_id') is not null
    union all
    select shop_key, row_key, cast(null as text), part_id
    from latest
    where part = 'refund' and row_key is not null
),
known as (
    select shop_key, row_key, max(order_id) as order_id, max(refund_id) as refund_id
    from parents
    group by shop_key, row_key
)
select
    l.part,
    l.shop_key,
    l.part_id,
    l.version_key,
    coalesce(read_id(l.entry, 'order.id'), read_gid(l.parent_order), l.sdc_order, k.order_id) as order_id,
    coalesce(read_id(l.entry, 'refund.id'), read_gid(l.parent_refund), k.refund_id) as refund_id,
    l.entry,
    l.place,
    l.is_last_gone as is_deleted,
    case when l.is_last_gone then l.first_gone_at end as deleted_at,
    l.is_full,
    l._ingested_at
from latest l
left join known k on k.shop_key = l.shop_key and k.row_key = l.parent_row
