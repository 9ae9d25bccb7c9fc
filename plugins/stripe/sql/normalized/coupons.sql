-- Coupons, for discounts that name theirs by id alone; one that was deleted goes on for those who have it.
with versions as (
    select record as obj, record_id as id, 'coupon' as object_type, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        concat('coupons/', _connection, '/', record_id, '/', cast(_version as text)) as version_key, true as is_live, _connection as connection, _ingested_at
    from raw.coupons_history
    union all
    select obj, object_id, object_type, observed_at, version_key, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'coupon'
),
placed as (
    select v.*, coalesce(o.place, 0) as place
    from versions v
    left join normalized.object_order o on o.version_key = v.version_key
)
select
    id as coupon_id,
    json_decimal(obj, '$.percent_off') as percent_off,
    json_decimal(obj, '$.amount_off') as amount_off,
    lower(json_text(obj, '$.currency')) as currency,
    json_text(obj, '$.duration') as duration,
    json_bigint(obj, '$.duration_in_months') as duration_months
from placed
where json_text(obj, '$.duration') is not null or json_text(obj, '$.percent_off') is not null or json_text(obj, '$.amount_off') is not null
qualify row_number() over (partition by id order by observed_at desc, place desc, _ingested_at desc, connection desc, version_key) = 1
