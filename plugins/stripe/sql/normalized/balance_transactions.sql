-- What a payment, refund or dispute cost and left, in the settlement currency.
with versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, _ingested_at) as observed_at, _connection as connection, record_id as version_key, _ingested_at
    from raw.balance_transactions
    union all
    select obj, object_id, observed_at, connection, version_key, _ingested_at
    from normalized.streamed_objects
    where object_type = 'balance_transaction'
),
read as (
    select
        id as balance_transaction_id,
        coalesce(json_text(obj, '$.source.id'), json_text(obj, '$.source')) as source_id,
        json_text(obj, '$.type') as transaction_type,
        json_decimal(obj, '$.amount') as amount_minor,
        json_decimal(obj, '$.fee') as fee_minor,
        json_decimal(obj, '$.net') as net_minor,
        lower(json_text(obj, '$.currency')) as currency,
        observed_at,
        connection,
        version_key,
        _ingested_at
    from versions
)
select
    r.balance_transaction_id,
    r.source_id,
    r.transaction_type,
    case coalesce(c.minor_per_major, 100) when 100 then r.amount_minor / 100 when 1 then r.amount_minor else r.amount_minor / 1000 end as amount,
    case coalesce(c.minor_per_major, 100) when 100 then r.fee_minor / 100 when 1 then r.fee_minor else r.fee_minor / 1000 end as fee,
    case coalesce(c.minor_per_major, 100) when 100 then r.net_minor / 100 when 1 then r.net_minor else r.net_minor / 1000 end as net,
    r.currency
from read r
left join normalized.currencies c on c.currency = r.currency
qualify row_number() over (partition by r.balance_transaction_id order by r.observed_at desc, r._ingested_at desc, r.connection desc, r.version_key) = 1
