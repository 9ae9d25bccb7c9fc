-- Prices and, from before they were called so, plans: the latest version of each. One that was
-- deleted still says what its subscriptions cost.
with versions as (
    select record as obj, record_id as id, 'price' as object_type, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        concat('prices/', _connection, '/', record_id, '/', cast(_version as text)) as version_key, true as is_live, _connection as connection, _ingested_at
    from raw.prices_history
    union all
    select record, record_id, 'plan', coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')),
        concat('plans/', _connection, '/', record_id, '/', cast(_version as text)), true, _connection, _ingested_at
    from raw.plans_history
    union all
    select obj, object_id, object_type, observed_at, version_key, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type in ('price', 'plan')
),
placed as (
    select v.*, coalesce(o.place, 0) as place
    from versions v
    left join normalized.object_order o on o.version_key = v.version_key
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
    coalesce(json_bigint(obj, '$.transform_quantity.divide_by'), json_bigint(obj, '$.transform_quantity_divide_by'),
        json_bigint(obj, '$.transform_usage.divide_by'), json_bigint(obj, '$.transform_usage_divide_by')) as divide_by,
    coalesce(json_text(obj, '$.transform_quantity.round'), json_text(obj, '$.transform_quantity_round'),
        json_text(obj, '$.transform_usage.round'), json_text(obj, '$.transform_usage_round')) as divide_round,
    json_timestamp(obj, '$.created') as created_at,
    coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
    observed_at,
    _ingested_at
from placed
where coalesce(json_text(obj, '$.object'), object_type) in ('price', 'plan') and json_text(obj, '$.currency') is not null
qualify row_number() over (partition by id order by object_type desc, observed_at desc, place desc, _ingested_at desc, connection desc, version_key) = 1
