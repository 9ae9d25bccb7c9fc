-- Shops without a date, which give no event.
select 'shops' as table_name, 'incomplete_record' as reason, cast(null as text) as detail, shop_id as sample, cast(1 as bigint) as n, _ingested_at
from normalized.shops
where coalesce(created_at, changed_at) is null
