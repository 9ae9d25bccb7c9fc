-- Amounts that are there and cannot be read: nothing is said of them.
select 'orders' as table_name, 'unread_value' as reason, 'total_price' as detail, record_id as sample, cast(1 as bigint) as n, _ingested_at
from raw.orders
where nullif(trim(json_text(record, '$.total_price')), '') is not null and read_money(record, 'total_price') is null
union all
select 'transactions', 'unread_value', 'amount', record_id, cast(1 as bigint), _ingested_at
from raw.transactions
where nullif(trim(json_text(record, '$.amount')), '') is not null and read_money(record, 'amount') is null
