-- One row a line of an order, inline or from a loader's own table.
with loose as (
    select
        lower(coalesce(nullif(json_text(record, '$.shop_url'), ''), nullif(_account, ''), nullif(_connection, ''), source_name())) as shop_key,
        coalesce(regexp_extract(coalesce(json_text(record, '$.order_id'), json_text(record, '$.orderId'), json_text(record, '$.__parentId')), '/([0-9]+)', 1), coalesce(json_text(record, '$.order_id'), json_text(record, '$.orderId'), json_text(record, '$.__parentId'))) as order_id,
        record as line,
        0 as place,
        _ingested_at
    from raw.order_lines
    where not coalesce(_deleted, false)
),
held as (
    select o.shop_key, o.order_key, coalesce(json_extract(t.line, '$.node'), t.line) as line, t.place, o._ingested_at
    from normalized.orders o
    cross join unnest(json_array(o.lines, '$')) as t(line, place)
    union all
    select o.shop_key, o.order_key, l.line, l.place, greatest(o._ingested_at, l._ingested_at)
    from loose l
    join normalized.orders o on o.shop_key = l.shop_key and o.order_id = l.order_id and o.lines is null
)
select
    shop_key,
    order_key,
    place,
    coalesce(regexp_extract(json_text(line, '$.id'), '/([0-9]+)', 1), json_text(line, '$.id')) as line_id,
    coalesce(regexp_extract(coalesce(json_text(line, '$.product_id'), json_text(line, '$.product.id'), json_text(line, '$.productId')), '/([0-9]+)', 1), coalesce(json_text(line, '$.product_id'), json_text(line, '$.product.id'), json_text(line, '$.productId'))) as product_id,
    coalesce(regexp_extract(coalesce(json_text(line, '$.variant_id'), json_text(line, '$.variant.id')), '/([0-9]+)', 1), coalesce(json_text(line, '$.variant_id'), json_text(line, '$.variant.id'))) as variant_id,
    nullif(json_text(line, '$.sku'), '') as sku,
    coalesce(json_text(line, '$.title'), json_text(line, '$.name')) as title,
    coalesce(json_bigint(line, '$.quantity'), 1) as quantity,
    coalesce(json_decimal(line, '$.price_set.shop_money.amount'), json_decimal(line, '$.originalUnitPriceSet.shopMoney.amount'), json_decimal(line, '$.price'), json_decimal(line, '$.originalUnitPrice')) as price,
    coalesce(json_decimal(line, '$.total_discount_set.shop_money.amount'), json_decimal(line, '$.totalDiscountSet.shopMoney.amount'), json_decimal(line, '$.total_discount')) as discount,
    coalesce(json_bool(line, '$.gift_card'), json_bool(line, '$.isGiftCard'), false) as is_gift_card,
    _ingested_at
from held
