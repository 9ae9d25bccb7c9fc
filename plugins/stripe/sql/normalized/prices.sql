-- Prices and, from before they were called so, plans: the latest version of each.
with versions as (
    select record as obj, record_id as id, 'price' as object_type, coalesce(_source_updated_at, _ingested_at) as observed_at, _connection as connection, _ingested_at
    from raw.prices
    where not coalesce(_deleted, false)
    union all
    select record, record_id, 'plan', coalesce(_source_updated_at, _ingested_at), _connection, _ingested_at
    from raw.plans
    where not coalesce(_deleted, false)
    union all
    select obj, object_id, object_type, observed_at, connection, _ingested_at
    from normalized.streamed_objects
    where object_type in ('price', 'plan') and not is_deleted
)
select
    id as price_id,
    coalesce(json_text(obj, '$.product.id'), json_text(obj, '$.product'), json_text(obj, '$.product_id')) as product_id,
    nullif(coalesce(json_text(obj, '$.nickname'), json_text(obj, '$.product.name'), json_text(obj, '$.name')), '') as nickname,
    lower(json_text(obj, '$.currency')) as currency,
    coalesce(json_decimal(obj, '$.unit_amount_decimal'), json_decimal(obj, '$.unit_amount'),
        json_decimal(obj, '$.amount_decimal'), json_decimal(obj, '$.amount')) as unit_minor,
    coalesce(json_text(obj, '$.type'), 'recurring') as price_type,
    coalesce(json_text(obj, '$.recurring.interval'), json_text(obj, '$.recurring_interval'), json_text(obj, '$.interval')) as interval_unit,
    coalesce(json_bigint(obj, '$.recurring.interval_count'), json_bigint(obj, '$.recurring_interval_count'), json_bigint(obj, '$.interval_count'), 1) as interval_count,
    coalesce(json_text(obj, '$.recurring.usage_type'), json_text(obj, '$.recurring_usage_type'), json_text(obj, '$.usage_type'), 'licensed') as usage_type,
    coalesce(json_text(obj, '$.billing_scheme'), 'per_unit') as billing_scheme,
    json_text(obj, '$.tiers_mode') as tiers_mode,
    json_extract(obj, '$.tiers') as tiers,
    coalesce(json_bigint(obj, '$.transform_quantity.divide_by'), json_bigint(obj, '$.transform_quantity_divide_by')) as divide_by,
    coalesce(json_text(obj, '$.transform_quantity.round'), json_text(obj, '$.transform_quantity_round')) as divide_round,
    observed_at,
    _ingested_at
from versions
qualify row_number() over (partition by id order by object_type desc, observed_at desc, _ingested_at desc, connection desc) = 1
