-- The products that coupons are limited to; a coupon without any applies to all. A coupon keeps its products for
-- life, and only one that was expanded lists them: any version that does counts.
with versions as (
    select record as obj, record_id as id from raw.coupons_history
    union all
    select obj, object_id from normalized.streamed_objects where object_type = 'coupon'
)
select distinct v.id as coupon_id, coalesce(json_text(t.product, '$.id'), json_text(t.product, '$')) as product_id
from versions v
cross join unnest(json_array(coalesce(cast(json_text(v.obj, '$.applies_to.products') as json), json_extract(v.obj, '$.applies_to.products'),
    json_extract(cast(json_text(v.obj, '$.applies_to') as json), '$.products'),
    cast(json_text(v.obj, '$.applies_to_products') as json), json_extract(v.obj, '$.applies_to_products')), '$')) as t(product)
