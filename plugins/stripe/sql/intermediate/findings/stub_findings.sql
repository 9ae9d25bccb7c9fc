-- Records of which nothing was landed but that they are gone: tombstones and stubs.
with known as (
    select 'customers' as kind, customer_id as id from normalized.customers
    union all
    select 'invoices', invoice_id from normalized.invoices
    union all
    select 'charges', charge_id from normalized.charges
    union all
    select 'refunds', refund_id from normalized.refunds
    union all
    select 'disputes', dispute_id from normalized.disputes
),
landed as (
    select 'customers' as kind, 'customers' as table_name, record_id as id, record as obj, true as is_live, _ingested_at from raw.customers
    union all
    select 'invoices', 'invoices', record_id, record, true, _ingested_at from raw.invoices
    union all
    select 'charges', 'charges', record_id, record, true, _ingested_at from raw.charges
    union all
    select 'refunds', 'refunds', record_id, record, true, _ingested_at from raw.refunds
    union all
    select 'disputes', 'disputes', record_id, record, true, _ingested_at from raw.disputes
    union all
    select concat(object_type, 's'), split_part(version_key, '/', 1), object_id, obj, is_live, _ingested_at
    from normalized.streamed_objects
    where object_type in ('customer', 'invoice', 'charge', 'refund', 'dispute')
),
missing as (
    select l.table_name, l.id, l.obj, l.kind, coalesce(json_bool(l.obj, '$.livemode'), l.is_live) as is_live, l._ingested_at
    from landed l
    left join known k on k.kind = l.kind and k.id = l.id
    where k.id is null and l.id is not null
)
select table_name, 'incomplete_record' as reason, 'no body' as detail, id as sample, max(_ingested_at) as _ingested_at
from missing
where (is_live or config('include_test'))
    -- previews of invoices, and objects of another type, are something else
    and coalesce(json_text(obj, '$.billing_reason') <> 'upcoming', true) and not starts_with(id, 'upcoming_')
    and coalesce(concat(json_text(obj, '$.object'), 's') = kind or json_text(obj, '$.object') is null, true)
group by table_name, id
