-- One row a line of an order, inline or from elsewhere.
with held as (
    select o.shop_key, o.order_key, read_item(t.line) as line, t.place, o.currency, o._ingested_at
    from normalized.orders o
    cross join unnest(json_array(o.lines, '$')) as t(line, place)
    union all
    select o.shop_key, o.order_key, p.entry, p.place, o.currency, greatest(o._ingested_at, p._ingested_at)
    from normalized.parts p
    join normalized.orders o on o.shop_key = p.shop_key and o.order_id = p.order_id and o.lines is null
    -- a line that is gone from a living order was taken out; with its order it went as it was
    where p.part = 'line' and (not p.is_deleted or o.is_deleted)
),
read as (
    select
        shop_key,
        order_key,
        place,
        read_id(line, 'id') as line_id,
        read_id(line, 'product.id') as product_id,
        read_id(line, 'variant.id') as variant_id,
        read_text(line, 'sku') as sku,
        read_text(line, 'title', 'name') as title,
        coalesce(json_bigint(line, '$.quantity'), 1) as quantity,
        read_money(line, 'price', 'original_unit_price', 'unit_price') as price,
        read_unit(line, 'price', 'original_unit_price', 'unit_price') as price_unit,
        read_money(line, 'original_total') as given_total,
        read_unit(line, 'original_total') as total_unit,
        read_money(line, 'total_discount') as discount,
        coalesce(read_bool(line, 'gift_card', 'is_gift_card'), false) as is_gift_card,
        currency as order_currency,
        _ingested_at
    from held
)
select
    shop_key,
    order_key,
    place,
    line_id,
    product_id,
    variant_id,
    sku,
    title,
    quantity,
    coalesce(price, given_total / nullif(quantity, 0)) as price,
    discount,
    -- what the pieces cost together, before discounts
    coalesce(price * quantity, given_total) as line_total,
    coalesce(case when price is not null then price_unit else total_unit end, order_currency) as currency,
    is_gift_card,
    _ingested_at
from read
