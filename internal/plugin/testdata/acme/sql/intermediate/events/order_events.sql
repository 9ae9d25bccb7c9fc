-- One event an order.
select
  event_id,
  ordered_at as occurred_at,
  'order_placed' as event_name,
  'commerce' as event_type,
  concat('Order of ', buyer_name) as event_description,
  cast(null as double) as significance,
  'orders' as source_table,
  _ingested_at
from normalized.orders
