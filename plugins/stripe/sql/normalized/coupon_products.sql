-- The products that coupons are limited to; a coupon without any applies to all. A coupon keeps its products for
-- life, and only one that was expanded lists them: any version that does counts.
with versions as (
    select record as obj, record_id as id from raw.coupons_history
    union all
    select obj, object_id from normalized.streamed_objects where object_type = 'coupon'
)
select v.id as coupon_id, coalesce(json_text(t.product, '$.id'), json_text(t.product, '$')) as product_id
from versions v
cross join unnest(json_array(coalesce(cast(json_text(v.obj, '$.applies_to.products') as json), json_extract(v.obj, '$.applies_to.products'),
    json_extract(cast(json_text(v.obj, '$.applies_to') as json), '$.products'),
    cast(json_text(v.obj, '$.applies_to_products') as json), json_extract(v.obj, '$.applies_to_products')), '$')) as t(product)
union all
select coalesce(json_text(r.record, '$.coupon.id'), json_text(r.record, '$.coupon'), json_text(r.record, '$.coupon_id'), p.object_id, json_text(r.record, '$._sdc_source_key_id')),
    coalesce(json_text(r.record, '$.product.id'), json_text(r.record, '$.product'), json_text(r.record, '$.product_id'), json_text(r.record, '$.value'))
from raw.coupon_products r
left join normalized.loader_rows p on p.object_type = 'coupon' and p.row_key = json_text(r.record, '$._dlt_parent_id')
where not coalesce(r._deleted, false)
