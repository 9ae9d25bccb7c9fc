-- Orders as the shop knows them now,
-- without those that were deleted.
select
  nexus_id('evt', record_id) as event_id,
  json_text(record, '$.status') as status,
  json_text(record, '$.buyer.name') as buyer_name,
  normalize_email(json_text(record, '$.buyer.email')) as email,
  normalize_phone(json_text(record, '$.buyer.phone')) as phone,
  json_decimal(record, '$.total') as total,
  json_timestamp(record, '$.ordered') as ordered_at,
  _ingested_at
from raw.orders
where not _deleted
  and json_decimal(record, '$.total') >= config('minimum_total')
  and json_text(record, '$.status') in (config('statuses'))
