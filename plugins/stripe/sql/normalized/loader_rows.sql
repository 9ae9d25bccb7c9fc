-- Which object a row of a loader's tables is of: dlt keeps lists as tables whose rows name their parent's row (_dlt_parent_id).
with rows as (
    select 'subscription' as object_type, json_text(record, '$._dlt_id') as row_key, record_id as object_id from raw.subscriptions_history
    union all
    select 'subscription_item', json_text(record, '$._dlt_id'), record_id from raw.subscription_items_history
    union all
    select 'customer', json_text(record, '$._dlt_id'), record_id from raw.customers_history
    union all
    select 'invoice', json_text(record, '$._dlt_id'), record_id from raw.invoices_history
    union all
    select 'charge', json_text(record, '$._dlt_id'), record_id from raw.charges_history
    union all
    select 'coupon', json_text(record, '$._dlt_id'), record_id from raw.coupons_history
)
select distinct object_type, row_key, object_id
from rows
where row_key is not null and object_id is not null
