-- Coupons, for discounts that name theirs by id alone.
with versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, _ingested_at) as observed_at, _connection as connection, _ingested_at
    from raw.coupons
    union all
    select obj, object_id, observed_at, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'coupon'
)
select
    id as coupon_id,
    json_decimal(obj, '$.percent_off') as percent_off,
    json_decimal(obj, '$.amount_off') as amount_off,
    lower(json_text(obj, '$.currency')) as currency,
    json_text(obj, '$.duration') as duration
from versions
qualify row_number() over (partition by id order by observed_at desc, _ingested_at desc, connection desc) = 1
